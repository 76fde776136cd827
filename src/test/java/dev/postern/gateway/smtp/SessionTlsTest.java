package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.tls.TestCertificates;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** STARTTLS over real connections and real handshakes. */
class SessionTlsTest {
    private static final TestCertificates.Pair FIRST = TestCertificates.ecdsa("mail.example.com", "example.com");
    private static final TestCertificates.Pair SECOND = TestCertificates.rsa("other.test", "*.wild.test");
    private static final TestCertificates.Pair RENEWED = TestCertificates.ecdsa("mail.example.com");

    private static ServerFixture tls(TlsMode mode) {
        return new ServerFixture(p -> {
            p.tls = mode;
            p.certificates = List.of(FIRST, SECOND);
        });
    }

    @Test
    void aMessageComesOverTlsAndItsTraceFieldSaysSo() {
        try (var fixture = tls(TlsMode.Required); var client = fixture.ehlo()) {
            assertThat(client.startTls("mail.example.com")).isEqualTo(FIRST.certificate());
            client.command("MAIL FROM:<a@b.c>", "503 5.5.1 EHLO or HELO first");
            client.send("EHLO client.test\r\n");
            assertThat(client.reply()).doesNotContain("250 STARTTLS", "250-STARTTLS");
            client.command("STARTTLS", "503 5.5.1 TLS is on already");
            client.send("MAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            client.reply();
            client.reply();
            client.expect("354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 1 accepted");
            assertThat(fixture.spool.messages.getFirst().text()).contains("\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n", "with ESMTPS id 1");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();
            assertThat(fixture.logged(MailEvent.InboundTls.class)).containsExactly(new MailEvent.InboundTls(1, "TLSv1.3", "TLS_AES_256_GCM_SHA384"));
            assertThat(fixture.count("postern.inbound.tls", "result", "success", "protocol", "TLSv1.3")).isEqualTo(1);
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.failures).isEmpty();
        }
    }

    @Test
    void ehloOffersStarttlsUnlessThePolicyOrTheListenerHasNone() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.client()) {
            client.reply();
            client.send("EHLO x\r\n");
            assertThat(client.reply()).last().isEqualTo("250 STARTTLS");
        }
        try (var fixture = tls(TlsMode.Off); var client = fixture.ehlo()) {
            client.command("STARTTLS", "502 5.5.1 STARTTLS is not offered");
        }
        try (var fixture = new ServerFixture(p -> p.tls = TlsMode.Required); var client = fixture.ehlo()) {
            client.command("STARTTLS", "454 4.7.0 TLS is not available for now");
            client.command("MAIL FROM:<a@b.c>", "530 #5.7.0 Must issue a STARTTLS command first");
            assertThat(fixture.failures).extracting(TlsFailures.Failure::reason).containsExactly("NoCertificate");
        }
    }

    @Test
    void requiredRefusesEverythingElseInClearAndTellsOnce() {
        try (var fixture = tls(TlsMode.Required); var client = fixture.client()) {
            client.reply();
            client.command("NOOP", "250 2.0.0 ok");
            client.send("EHLO x\r\n");
            assertThat(client.reply()).last().isEqualTo("250 STARTTLS");
            client.command("MAIL FROM:<a@b.c>", "530 #5.7.0 Must issue a STARTTLS command first");
            assertThat(fixture.failures).containsExactly(new TlsFailures.Failure(TestPlan.ref("Listener", "public"), TlsFailures.Direction.Inbound, "everyone",
                    "127.0.0.1", TlsFailures.Stage.Starttls, "NotInitiated", "TLS was required but remote host did not initiate it"));
            client.command("MAIL FROM:nonsense", "530 #5.7.0 Must issue a STARTTLS command first");
            client.command("RSET", "530 #5.7.0 Must issue a STARTTLS command first");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.failures).hasSize(1);
            assertThat(fixture.logged(MailEvent.InboundTlsRequired.class)).containsExactly(new MailEvent.InboundTlsRequired(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HELO x", "RSET", "HELP", "VRFY x", "DATA", "RCPT TO:<b@example.com>", "AUTH PLAIN", "blurb"})
    void requiredIsToldAtTheEndWhereNoMailCame(String command) {
        try (var fixture = tls(TlsMode.Required); var client = fixture.ehlo()) {
            client.command(command, "530 #5.7.0 Must issue a STARTTLS command first");
            assertThat(fixture.failures).isEmpty();
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();
            await().until(() -> fixture.failures.size() == 1);
        }
    }

    @Test
    void aClientThatOnlyLooksInIsNoFailure() {
        try (var fixture = tls(TlsMode.Required); var client = fixture.ehlo()) {
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.logged(MailEvent.InboundTlsRequired.class)).isEmpty();
        }
    }

    @Test
    void whatIsSentInClearBehindStarttlsIsThrownAway() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.ehlo()) {
            client.send("STARTTLS\r\nMAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nHALF A LI");
            client.expect("220 2.0.0 go ahead with TLS");
            client.handshake(null);
            client.command("NOOP", "250 2.0.0 ok");
            client.command("RCPT TO:<b@example.com>", "503 5.5.1 MAIL first");
            client.send("EHLO client.test\r\n");
            client.reply();
            client.command("RCPT TO:<b@example.com>", "503 5.5.1 MAIL first");
            assertThat(fixture.spool.begun.get()).isZero();
        }
    }

    /** Command injection (CVE-2011-0411): what came in clear behind STARTTLS is nobody's. */
    @ParameterizedTest
    @MethodSource("injections")
    void nothingThatCameInTheSamePacketAsStarttlsIsActedOn(String injected) {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.transaction()) {
            client.send("BDAT 5\r\nhello");
            client.expect("250 2.0.0 5 octets received");
            client.send("STARTTLS\r\n" + injected);
            client.expect("220 2.0.0 go ahead with TLS");
            client.handshake(null);
            assertThat(fixture.spool.open()).as("what was begun in clear").isZero();
            client.command("MAIL FROM:<a@b.c>", "503 5.5.1 EHLO or HELO first");
            client.send("EHLO client.test\r\n");
            assertThat(client.reply()).doesNotContain("250 STARTTLS", "250-STARTTLS");
            client.command("RCPT TO:<b@example.com>", "503 5.5.1 MAIL first");
            client.command("DATA", "503 5.5.1 MAIL first");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    /** What comes later, but still in clear, is thrown away or breaks the handshake; it is never answered. */
    @ParameterizedTest
    @MethodSource("injections")
    void nothingThatComesInClearBehindStarttlsIsActedOn(String injected) {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.transaction()) {
            client.send("START").send("TLS\r").send("\n" + injected.charAt(0)).send(injected.substring(1));
            client.expect("220 2.0.0 go ahead with TLS");
            client.send("NOOP\r\nEHLO evil.test\r\nQUIT\r\n");
            assertThat(client.rest()).doesNotContainPattern("(?m)^[2345][0-9][0-9][ -]");
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.logged(MailEvent.InboundTlsFailed.class)).hasSize(1);
            assertThat(fixture.spool.open()).isZero();
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    static List<String> injections() {
        return List.of("EHLO evil.test\r\n",
                "EHLO evil.test\r\nMAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: evil\r\n\r\nevil\r\n.\r\n",
                "EHLO evil.test\r\nMAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nBDAT 4 LAST\r\nevil",
                "EHLO evil.test\r\nMAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nBDAT 4000 LAST\r\nonly a part",
                "BDAT 4 LAST\r\nevil", "RSET\r\nQUIT\r\n", "STARTTLS\r\nSTARTTLS\r\n", "NOOP\r\nMAIL FR", "\r\n.\r\n", "half a line without an end");
    }

    @Test
    void starttlsInContentIsContent() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.command("STARTTLS\r\n.", "250 2.0.0 ok:  Message 1 accepted");
            client.send("MAIL FROM:<a@sender.test>\r\nRCPT TO:<b@example.com>\r\nBDAT 10 LAST\r\nSTARTTLS\r\n");
            client.reply();
            client.reply();
            client.expect("250 2.0.0 ok:  Message 2 accepted");
            assertThat(fixture.spool.messages).extracting(m -> m.content()).containsExactly("STARTTLS\r\n", "STARTTLS\r\n");
        }
    }

    @Test
    void aTransactionBegunInClearIsForgotten() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.transaction()) {
            client.startTls(null);
            client.send("EHLO client.test\r\n");
            client.reply();
            client.command("DATA", "503 5.5.1 MAIL first");
            assertThat(fixture.spool.open()).isZero();
        }
    }

    @Test
    void clearTextInPlaceOfAHandshakeFailsIt() {
        try (var fixture = tls(TlsMode.Required); var client = fixture.ehlo()) {
            client.send("STARTTLS\r\n");
            client.expect("220 2.0.0 go ahead with TLS");
            client.send("MAIL FROM:<evil@sender.test>\r\n");
            client.reply();   // an alert at most
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.logged(MailEvent.InboundTlsFailed.class))
                    .containsExactly(new MailEvent.InboundTlsFailed(1, "the client did not send a TLS record"));
            assertThat(fixture.failures).hasSize(1);
            assertThat(fixture.failures.getFirst().stage()).isEqualTo(TlsFailures.Stage.Handshake);
            assertThat(fixture.failures.getFirst().reason()).isEqualTo("HandshakeFailed");
            assertThat(fixture.count("postern.inbound.tls", "result", "failed")).isEqualTo(1);
        }
    }

    @Test
    void aClientThatGoesInTheHandshakeIsAFailureToo() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.ehlo()) {
            client.send("STARTTLS\r\n");
            client.expect("220 2.0.0 go ahead with TLS");
            client.close();
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.logged(MailEvent.InboundTlsFailed.class))
                    .containsExactly(new MailEvent.InboundTlsFailed(1, "connection closed during the handshake"));
            assertThat(fixture.failures).isEmpty();
        }
    }

    @Test
    void theNameThatTheClientAsksForChoosesTheCertificate() {
        try (var fixture = tls(TlsMode.Preferred)) {
            for (var expected : new Object[][] {{"mail.example.com", FIRST}, {"OTHER.test", SECOND}, {"a.wild.test", SECOND}, {"a.b.wild.test", FIRST},
                    {"unknown.test", FIRST}, {null, FIRST}}) {
                try (var client = fixture.ehlo()) {
                    assertThat(client.startTls((String) expected[0])).as("SNI %s", expected[0])
                            .isEqualTo(((TestCertificates.Pair) expected[1]).certificate());
                }
            }
        }
    }

    @Test
    void anOpenSessionKeepsItsPolicyAndItsHandshakeGetsTheNewCertificate() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.ehlo()) {
            fixture.swap(p -> {
                p.certificates = List.of(RENEWED);
                p.behavior = Behavior.Reject;
                p.recipients = List.of("elsewhere.test");
            });
            assertThat(client.startTls(null)).isEqualTo(RENEWED.certificate());
            client.send("EHLO client.test\r\n");
            client.reply();
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            try (var later = fixture.client()) {
                later.expect("554 5.7.1 Your access to this mail system has been rejected.");
            }
        }
    }

    @Test
    void aListenerThatLeftThePlanServesItsSessionsToTheirEnd() {
        try (var fixture = tls(TlsMode.Preferred); var client = fixture.ehlo()) {
            fixture.swap(p -> p.ports = java.util.Map.of("another", 0));
            assertThat(client.startTls(null)).isEqualTo(FIRST.certificate());
            try (var later = fixture.client()) {
                later.expectClosed();
            }
        }
    }
}
