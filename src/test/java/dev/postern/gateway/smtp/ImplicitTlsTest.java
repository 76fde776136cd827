package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.PolicyPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS from the first octet (RFC 8314 section 3.3), over real connections. */
class ImplicitTlsTest {
    private static final TestCertificates.Pair FIRST = TestCertificates.ecdsa("mail.example.com");
    private static final TestCertificates.Pair SECOND = TestCertificates.rsa("other.test");
    private static final TestPki.Identity CA = TestPki.issue(TestPki.Request.ca("Partners"), null);
    private static final TestPki.Identity PARTNER = TestPki.issue(TestPki.Request.client("relay.partner.test", "relay.partner.test"), CA);
    private static final String GREETING = "220 mail.example.com ESMTP Postern";

    private static ServerFixture server(Consumer<TestPlan> change) {
        var fixture = new ServerFixture(p -> implicit(p, change));
        fixture.now = Instant.now();
        return fixture;
    }

    private static void implicit(TestPlan plan, Consumer<TestPlan> change) {
        plan.implicit = true;
        plan.certificates = List.of(FIRST, SECOND);
        change.accept(plan);
    }

    @ParameterizedTest
    @EnumSource(TlsMode.class)
    void theGreetingComesBehindTheHandshakeWhateverTheMode(TlsMode mode) {
        try (var fixture = server(p -> p.tls = mode); var client = fixture.client()) {
            assertThat(client.handshake("other.test")).isEqualTo(SECOND.certificate());
            client.expect(GREETING);
            client.send("EHLO client.test\r\n");
            assertThat(client.reply()).doesNotContain("250 STARTTLS", "250-STARTTLS");
            client.command("STARTTLS", "503 5.5.1 TLS is on already");
            client.command("MAIL FROM:<a@sender.test>", "250 2.1.0 sender <a@sender.test> ok");
            client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 1 accepted");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            assertThat(fixture.spool.messages.getFirst().text()).contains("\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n", "with ESMTPS id 1");
            assertThat(List.copyOf(fixture.log).subList(0, 3)).hasExactlyElementsOfTypes(MailEvent.NewInbound.class, MailEvent.SenderGroupMatch.class, MailEvent.InboundTls.class);
            assertThat(fixture.failures).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO evil.test\r\n", "MAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n", "STARTTLS\r\n", "QUIT\r\n", "\r\n\r\n\r\n"})
    void aClientThatSpeaksInClearGetsNoSession(String clear) {
        try (var fixture = server(p -> { }); var client = fixture.client()) {
            client.send(clear);
            assertThat(client.rest()).doesNotContainPattern("[2345][0-9][0-9][ -]");
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.logged(MailEvent.InboundTlsFailed.class)).containsExactly(new MailEvent.InboundTlsFailed(1, "the client did not send a TLS record"));
            assertThat(fixture.failures).extracting(TlsFailures.Failure::stage, TlsFailures.Failure::reason)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(TlsFailures.Stage.Handshake, "HandshakeFailed"));
            assertThat(fixture.count("postern.inbound.tls", "result", "failed")).isEqualTo(1);
            assertThat(fixture.spool.begun.get()).isZero();
        }
    }

    @Test
    void aClientThatWaitsForAGreetingInClearIsTimedOut() {
        SmtpLimits hasty = new SmtpLimits(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMillis(200),
                Duration.ofSeconds(30), Duration.ofSeconds(5), 5, 100);
        try (var fixture = new ServerFixture(p -> implicit(p, q -> { }), hasty, ServerFixture.LOOPS); var client = fixture.client()) {
            client.expectClosed();
            await().until(() -> fixture.failures.size() == 1);
            assertThat(fixture.failures.getFirst().detail()).startsWith("no ClientHello within");
        }
    }

    @Test
    void aLookAtThePortIsNoFailure() {
        try (var fixture = server(p -> { }); var client = fixture.client()) {
            client.close();
            await().until(() -> fixture.logged(MailEvent.InboundClosed.class).size() == 1);
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.count("postern.inbound.tls", "result", "failed")).isZero();
        }
    }

    @Test
    void whatTheClientSaysBeforeItsNameIsKnownIsNotLost() {
        try (var fixture = server(p -> p.senders = List.of("client.partner.test", "127.0.0.1"))) {
            var name = new CompletableFuture<Optional<String>>();
            fixture.confirmedName = name;
            try (var client = fixture.client()) {
                var handshake = CompletableFuture.runAsync(() -> client.handshake(null));
                await().during(Duration.ofMillis(300)).until(() -> !handshake.isDone());
                name.complete(Optional.of("client.partner.test"));
                handshake.join();
                client.expect(GREETING);
            }
        }
    }

    @Test
    void rejectionComesOverTlsAndRefusalWithoutAWord() {
        try (var fixture = server(p -> p.behavior = Behavior.Reject); var client = fixture.client()) {
            client.handshake(null);
            client.expect("554 5.7.1 Your access to this mail system has been rejected.");
            client.command("EHLO x", "503 5.5.1 no mail is taken from your address");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
        }
        try (var fixture = server(p -> p.behavior = Behavior.TCPRefuse); var client = fixture.client()) {
            client.expectClosed();
        }
        try (var fixture = server(p -> p.maxConnections = 1); var one = fixture.client()) {
            one.handshake(null);
            one.expect(GREETING);
            try (var two = fixture.client()) {
                assertThat(two.rest()).as("nothing in clear").isEmpty();
            }
            assertThat(fixture.count("postern.inbound.rejected", "reason", "ConnectionLimit")).isEqualTo(1);
        }
    }

    @Test
    void theCertificateDecidesBeforeTheGreeting() {
        for (Behavior behavior : List.of(Behavior.Relay, Behavior.Reject, Behavior.TCPRefuse)) {
            try (var fixture = server(p -> {
                p.clientCertificates = ClientCertificates.Request;
                p.bundles = Map.of("clients", CA.pem());
                p.first = List.of(new TestPlan.Group("partners", List.of("cert:relay.partner.test"),
                        p.policy("partners", behavior, PolicyPlan.Tls.of(TlsMode.Preferred), 4321, 50)));
            }); var client = fixture.client(); var anybody = fixture.client()) {
                client.handshake(RawClient.context(PARTNER), null);
                switch (behavior) {
                    case Relay -> {
                        client.expect(GREETING);
                        client.send("EHLO x\r\n");
                        assertThat(client.reply()).contains("250-SIZE 4321");
                    }
                    case Reject -> client.expect("554 5.7.1 Your access to this mail system has been rejected.");
                    default -> client.expectClosed();
                }
                anybody.handshake(null);
                anybody.expect(GREETING);
            }
        }
    }

    @Test
    void withoutACertificateToShowTheConnectionEnds() {
        try (var fixture = server(p -> p.certificates = List.of()); var client = fixture.client()) {
            assertThat(client.rest()).isEmpty();
            await().until(() -> fixture.failures.size() == 1);
            assertThat(fixture.failures.getFirst().reason()).isEqualTo("NoCertificate");
        }
    }
}
