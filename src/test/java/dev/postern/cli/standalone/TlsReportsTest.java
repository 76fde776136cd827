package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.cli.catcher.CatcherServer;
import dev.postern.pki.issue.Authority;
import dev.postern.testing.CoreDns;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Swaks;
import dev.postern.testing.Tls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway from manifests counts the sessions of its deliveries by MX. The MX host must listen on port 25: needs root. */
class TlsReportsTest {
    private static final String ZONE = """
            $ORIGIN partner.test.
            @ 60 IN SOA ns hostmaster 1 60 60 60 60
            @ 60 IN NS ns
            ns 60 IN A 127.0.0.1
            @ 60 IN MX 10 mx
            mx 60 IN A 127.0.0.1
            """;
    private static final String MANIFESTS = """
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: default}
            spec:
              hostname: mail.postern.test
              delivery: {retry: {initial: 1s, max: 2s, maxAge: 1h}}
              dns: {servers: ["@DNS@"], dnssec: TrustResolver}
            @REPORTING@
            ---
            apiVersion: postern.dev/v1alpha1
            kind: MailFlowPolicy
            metadata: {name: relayed}
            spec: {behavior: Relay, tls: {mode: "Off"}}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata: {name: private}
            spec:
              type: Private
              port: @PORT@
              hostAccess: [{senderGroup: ME, senders: [127.0.0.1], policyRef: {name: relayed}}]
            ---
            apiVersion: postern.dev/v1alpha1
            kind: DestinationControl
            metadata: {name: default}
            spec: {default: true, tls: {mode: Required}}
            """;
    private static final String REPORTING = "  tlsReporting: {organizationName: Example, contactInfo: a@postern.test, from: tls@postern.test}";
    @TempDir
    Path folder;

    /** Delivers one message to partner.test, and gives what was counted. */
    private List<JsonNode> deliver(String reporting) throws Exception {
        CountDownLatch caught = new CountDownLatch(1);
        Authority authority = new Authority("Partner", Instant.now(), Duration.ofDays(30));
        Path manifests = Files.createDirectories(folder.resolve("manifests"));
        int port = PosternProcess.freePort();
        try (CatcherServer mx = mx(authority, caught); CoreDns dns = new CoreDns(Files.createDirectories(folder.resolve("dns")), Map.of("partner.test", ZONE))) {
            Files.writeString(manifests.resolve("all.yaml"), MANIFESTS.replace("@DNS@", dns.address()).replace("@PORT@", Integer.toString(port)).replace("@REPORTING@", reporting));
            var options = new Standalone.Options(manifests, folder.resolve("data"), InetAddress.getLoopbackAddress(), null, false, 0, "");
            Standalone gateway = Standalone.start(options, new SimpleMeterRegistry());
            try {
                Swaks.send(port, "someone@partner.test", "one", "--no-tls");
                assertThat(caught.await(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                gateway.close();
            }
        }
        try (Stream<Path> days = Files.list(folder.resolve("data/spool/tls-reports/days"))) {
            return days.map(TlsReportsTest::read).toList();
        }
    }

    private static CatcherServer mx(Authority authority, CountDownLatch caught) {
        try {
            return new CatcherServer(25, "mx.partner.test", Tls.server(authority.issue(List.of("mx.partner.test"), Duration.ofDays(10))), c -> caught.countDown());
        } catch (IOException e) {
            assumeTrue(false, "port 25 cannot be had: " + e.getMessage());
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDeliveryByMxIsCountedWhereReportingIsOn() throws Exception {
        List<JsonNode> days = deliver(REPORTING);
        assertThat(days).singleElement().satisfies(day -> {
            assertThat(day.at("/domains/0/domain").asText()).isEqualTo("partner.test");
            assertThat(day.at("/domains/0/policies/0/policy/type").asText()).isEqualTo("NONE");
            assertThat(day.at("/domains/0/policies/0/successes").asInt()).isEqualTo(1);
        });
    }

    @Test
    void nothingIsCountedWhereItIsOff() throws Exception {
        assertThat(deliver("")).isEmpty();
    }
}
