package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.report.MailEvent;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Ports that follow the plan, time that ends, and the shutdown. */
class SmtpServersTest {
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");

    private static SmtpServers servers(ServerFixture fixture) {
        return new SmtpServers(fixture.services, LOCAL, ServerFixture.LOOPS, ServerFixture.LOOPS, Duration.ofMillis(50));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOCAL)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void portsFollowThePlanAndSessionsOutliveTheirs() throws Exception {
        int first = freePort();
        int second = freePort();
        try (var fixture = new ServerFixture(p -> p.ports = Map.of("a", first, "b", 0))) {
            SmtpServers servers = servers(fixture);
            servers.start().join();
            assertThat(servers.addresses()).containsOnlyKeys("a", "b");
            assertThat(servers.addresses().get("a").getPort()).isEqualTo(first);
            InetSocketAddress b = servers.addresses().get("b");
            try (var client = new RawClient(servers.addresses().get("a"))) {
                client.expect("220 mail.example.com ESMTP Postern");
                fixture.swap(p -> p.ports = Map.of("a", second, "b", 0, "c", first));   // c takes the port that a leaves
                await().until(() -> servers.addresses().size() == 3);
                assertThat(servers.addresses().get("a").getPort()).isEqualTo(second);
                assertThat(servers.addresses().get("c").getPort()).isEqualTo(first);
                assertThat(servers.addresses().get("b")).isEqualTo(b);
                client.command("NOOP", "250 2.0.0 ok");
                fixture.swap(p -> p.ports = Map.of("b", 0));
                await().until(() -> servers.addresses().equals(Map.of("b", b)));
                client.command("NOOP", "250 2.0.0 ok");
                assertThatThrownBy(() -> new RawClient(new InetSocketAddress(LOCAL, second))).hasMessageContaining("refused");
                assertThat(fixture.logged(MailEvent.ListenerClosed.class)).extracting(MailEvent.ListenerClosed::address)
                        .containsExactlyInAnyOrder("127.0.0.1:" + first, "127.0.0.1:" + second, "127.0.0.1:" + first);
                var drained = servers.drain(Duration.ofMinutes(1));
                client.expect("421 4.3.2 mail.example.com shutting down");
                client.close();
                drained.get();
            }
        }
    }

    @Test
    void aPortThatIsTakenIsReportedAndOpenedWhenItIsFree() throws Exception {
        try (var taken = new ServerSocket(0, 1, LOCAL); var fixture = new ServerFixture(p -> p.ports = Map.of("a", taken.getLocalPort(), "b", 0))) {
            SmtpServers servers = servers(fixture);
            var changes = new java.util.concurrent.atomic.AtomicInteger();
            servers.subscribe(changes::incrementAndGet);
            servers.start().join();
            assertThat(servers.addresses()).containsOnlyKeys("b");
            assertThat(servers.errors()).hasEntrySatisfying("a", e -> assertThat(e)
                    .startsWith("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ").contains("in use"));
            await().until(() -> changes.get() == 1);
            assertThat(fixture.logged(MailEvent.Notice.class)).hasSize(1);
            taken.close();
            await().until(() -> servers.addresses().containsKey("a"));
            assertThat(servers.errors()).isEmpty();
            assertThat(changes.get()).isEqualTo(2);
            assertThat(fixture.logged(MailEvent.Notice.class)).hasSize(1);
            servers.drain(Duration.ZERO).join();
            assertThat(servers.addresses()).isEmpty();
        }
    }

    @Test
    void shutdownEndsIdleSessionsAndLetsAMessageFinish() {
        var fixture = new ServerFixture(p -> { });
        try (var idle = fixture.ehlo(); var busy = fixture.transaction()) {
            var gate = new CompletableFuture<Void>();
            fixture.spool.commitGate = gate;
            busy.command("DATA", "354 go ahead");
            busy.send("x\r\n");
            await().until(() -> fixture.server.connections() == 2);
            var drained = fixture.server.drain(Duration.ofMinutes(1));
            idle.expect("421 4.3.2 mail.example.com shutting down");
            idle.close();
            busy.send(".\r\n");
            await().until(() -> !fixture.logged(MailEvent.MessageReady.class).isEmpty());
            assertThat(drained).isNotDone();
            gate.complete(null);
            busy.expect("250 2.0.0 ok:  Message 1 accepted");
            busy.expect("421 4.3.2 mail.example.com shutting down");
            busy.close();
            drained.join();
            assertThat(fixture.spool.messages).hasSize(1);
        }
    }

    @Test
    void shutdownDoesNotWaitForEver() {
        var fixture = new ServerFixture(p -> { });
        try (var busy = fixture.transaction()) {
            busy.command("DATA", "354 go ahead");
            fixture.server.drain(Duration.ofMillis(100)).join();
            busy.expectClosed();
            assertThat(fixture.spool.open()).isZero();
        }
    }

    private static SmtpLimits limits(Duration command, Duration block) {
        return new SmtpLimits(command, block, Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofMillis(200), 5, 2);
    }

    @Test
    void aClientThatTricklesACommandOrContentIsTimedOut() {
        try (var fixture = new ServerFixture(p -> { }, limits(Duration.ofMillis(300), Duration.ofMinutes(5)), ServerFixture.LOOPS);
                var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            var trickle = Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        client.send("x");
                        Thread.sleep(20);
                    }
                } catch (java.io.UncheckedIOException | InterruptedException e) {
                    // closed: what the test is for
                }
            });
            client.expect("421 4.4.2 mail.example.com timeout, closing");
            trickle.interrupt();
            assertThat(fixture.count("postern.inbound.rejected", "reason", "Timeout")).isEqualTo(1);
        }
        try (var fixture = new ServerFixture(p -> { }, limits(Duration.ofMinutes(5), Duration.ofMillis(300)), ServerFixture.LOOPS);
                var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send("x\r\n");
            client.expect("421 4.4.2 mail.example.com timeout, closing");
            await().until(() -> fixture.spool.open() == 0);
        }
    }

    @Test
    void aHostNameThatDoesNotComeIsUnknown() {
        try (var fixture = new ServerFixture(p -> p.senders = java.util.List.of("partner.test", "ALL"), limits(Duration.ofMinutes(5), Duration.ofMinutes(5)),
                ServerFixture.LOOPS)) {
            fixture.confirmedName = new CompletableFuture<>();
            try (var client = fixture.client()) {
                client.expect("220 mail.example.com ESMTP Postern");
            }
            assertThat(fixture.logged(MailEvent.NewInbound.class).getFirst().reverseDns()).isEqualTo("unknown");
        }
    }

    @Test
    void aHandshakeThatDoesNotEndIsEnded() {
        try (var fixture = new ServerFixture(p -> p.certificates = java.util.List.of(dev.postern.gateway.tls.TestCertificates.ecdsa("mail.example.com")),
                limits(Duration.ofMinutes(5), Duration.ofMinutes(5)), ServerFixture.LOOPS); var client = fixture.ehlo()) {
            client.send("STARTTLS\r\n");
            client.expect("220 2.0.0 go ahead with TLS");
            client.expectClosed();
            await().until(() -> fixture.logged(MailEvent.InboundTlsFailed.class).size() == 1);
        }
    }

    @Test
    void connectionsOfAListenerAreBounded() {
        try (var fixture = new ServerFixture(p -> { }, limits(Duration.ofMinutes(5), Duration.ofMinutes(5)), ServerFixture.LOOPS); var one = fixture.ehlo();
                var two = fixture.ehlo(); var three = fixture.client()) {
            three.expect("421 4.4.5 Too many connections to this listener.");
            three.expectClosed();
            one.command("NOOP", "250 2.0.0 ok");
            two.command("NOOP", "250 2.0.0 ok");
        }
    }

    @Test
    void theSameWorksOverNio() {
        var nio = new NioEventLoopGroup(1);
        try (var fixture = new ServerFixture(p -> { }, ServerFixture.LIMITS, nio); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 1 accepted");
        } finally {
            nio.shutdownGracefully();
        }
    }
}
