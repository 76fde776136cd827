package dev.postern.gateway.smtp;

import static dev.postern.gateway.smtp.RealClientsTest.assumeInstalled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.plan.PolicyPlan;
import dev.postern.testing.Swaks;
import dev.postern.testing.Unpacked;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HAProxy before a listener, and swaks as a proxy. The client has an address of its own of the loopback network. */
class RealProxiesTest {
    private static final String CLIENT = "127.0.0.2";
    @TempDir
    private Path folder;

    private static ServerFixture server(boolean implicit) {
        return new ServerFixture(p -> {
            p.proxies = List.of("127.0.0.1");
            p.senders = List.of("ALL");
            p.implicit = implicit;
            p.certificates = List.of(TestCertificates.ecdsa("mail.example.com"));
            p.first = List.of(new TestPlan.Group("inside", List.of(CLIENT, "198.51.100.7"), p.policy("inside", Behavior.Relay, PolicyPlan.Tls.of(TlsMode.Preferred), 1_000_000, 5)));
        });
    }

    private Process haproxy(int port, int to, String options) throws IOException {
        Unpacked haproxy = Unpacked.of("haproxy", "usr/sbin/haproxy");
        Path settings = Files.writeString(folder.resolve("haproxy.cfg"), """
                global
                  maxconn 100
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 30s
                  timeout server 30s
                frontend mail
                  bind 127.0.0.1:%d
                  default_backend gateway
                backend gateway
                  option smtpchk EHLO haproxy.test
                  server one 127.0.0.1:%d %s
                """.formatted(port, to, options));
        return haproxy.command("usr/sbin/haproxy", "-db", "-f", settings.toString()).redirectErrorStream(true).redirectOutput(folder.resolve("haproxy.out").toFile()).start();
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id", "send-proxy-v2-ssl-cn"})
    void haproxySaysWhoTheClientIs(String options) throws Exception {
        assumeInstalled("swaks");
        for (boolean implicit : new boolean[] {false, true}) {
            try (var fixture = server(implicit)) {
                int port = free();
                Process haproxy = haproxy(port, fixture.server.address().getPort(), options);
                try {
                    Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
                        new Socket(InetAddress.getLoopbackAddress(), port).close();
                        return true;
                    });
                    String[] how = implicit ? new String[] {"--no-tls", "--tls-on-connect", "--local-interface", CLIENT} : new String[] {"--local-interface", CLIENT};
                    Swaks.send(port, "x@elsewhere.test", "by " + options, how);
                    assertThat(fixture.spool.messages).singleElement().satisfies(m -> assertThat(m.text()).contains("[" + CLIENT + "])\r\n"));
                    assertThat(fixture.logged(MailEvent.Proxied.class)).last().extracting(MailEvent.Proxied::proxy).isEqualTo("127.0.0.1");
                } finally {
                    haproxy.destroy();
                    assertThat(haproxy.waitFor(10, TimeUnit.SECONDS)).isTrue();
                }
            }
        }
    }

    /** Its checks come with LOCAL: they are the proxy's own, and get a greeting. */
    @Test
    void haproxysChecksSeeThatTheListenerIsThere() throws Exception {
        try (var fixture = server(false)) {
            Process haproxy = haproxy(free(), fixture.server.address().getPort(), "send-proxy-v2 check inter 200ms check-send-proxy");
            try {
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> fixture.logged(MailEvent.NewInbound.class).size() > 1);
                assertThat(fixture.logged(MailEvent.NewInbound.class)).extracting(MailEvent.NewInbound::address).containsOnly("127.0.0.1");
                assertThat(fixture.logged(MailEvent.ProxyRefused.class)).isEmpty();
                assertThat(Files.readString(folder.resolve("haproxy.out"))).doesNotContain("DOWN");
            } finally {
                haproxy.destroy();
                assertThat(haproxy.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void swaksAsAProxy(String version) throws Exception {
        assumeInstalled("swaks");
        try (var fixture = server(false)) {
            String family = version.equals("1") ? "TCP4" : "AF_INET";
            Swaks.send(fixture.server.address().getPort(), "x@elsewhere.test", "proxied", "--proxy-version", version, "--proxy-family", family, "--proxy-source", "198.51.100.7",
                    "--proxy-source-port", "56324", "--proxy-dest", "10.0.0.1", "--proxy-dest-port", "25", "--proxy-command", "PROXY", "--proxy-protocol", "STREAM");
            assertThat(fixture.spool.messages).singleElement().satisfies(m -> assertThat(m.envelope().origin().client()).isEqualTo("198.51.100.7"));
        }
    }
}
