package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.TestCertificates;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REQUIRETLS and TLS-Required (RFC 8689) as they come in. */
class RequireTlsSessionTest {
    private static final TestCertificates.Pair CERTIFICATE = TestCertificates.ecdsa("mail.example.com");

    private static ServerFixture fixture(TlsMode mode) {
        return new ServerFixture(p -> {
            p.tls = mode;
            p.certificates = List.of(CERTIFICATE);
        });
    }

    /** A client over TLS. */
    private static RawClient secure(ServerFixture fixture) {
        RawClient client = fixture.ehlo();
        client.startTls("mail.example.com");
        client.send("EHLO client.test\r\n");
        assertThat(client.reply()).last().isEqualTo("250 REQUIRETLS");
        return client;
    }

    private static void message(RawClient client, String mail, String content) {
        client.command(mail, "250 2.1.0 sender <a@sender.test> ok");
        client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
        client.command("DATA", "354 go ahead");
        client.command(content + "\r\n.", "250 2.0.0 ok:  Message 1 accepted");
    }

    @Test
    void overTlsItIsListedTakenAndKeptWithTheMessage() {
        try (var fixture = fixture(TlsMode.Required); var client = secure(fixture)) {
            message(client, "MAIL FROM:<a@sender.test> SIZE=10 requiretls", "Subject: x\r\n\r\nx");

            var message = fixture.spool.messages.getFirst();
            assertThat(message.envelope().tls()).isEqualTo(MessageTls.REQUIRED);
            assertThat(message.text()).contains("with ESMTPS id 1");
            assertThat(fixture.logged(MailEvent.TlsDemand.class)).containsExactly(new MailEvent.TlsDemand(1, "REQUIRETLS"));
        }
    }

    @Test
    void inClearItIsNeitherListedNorTaken() {
        try (var fixture = fixture(TlsMode.Preferred); var client = fixture.client()) {
            client.reply();
            client.send("EHLO client.test\r\n");
            assertThat(client.reply()).noneMatch(line -> line.contains("REQUIRETLS"));
            client.command("MAIL FROM:<a@sender.test> REQUIRETLS", "555 5.5.4 parameter REQUIRETLS is not offered without TLS");
            client.command("MAIL FROM:<a@sender.test>", "250 2.1.0 sender <a@sender.test> ok");
        }
        try (var fixture = fixture(TlsMode.Required); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test> REQUIRETLS", "530 #5.7.0 Must issue a STARTTLS command first");
        }
    }

    @Test
    void itHasNoValueAndIsGivenOnce() {
        try (var fixture = fixture(TlsMode.Preferred); var client = secure(fixture)) {
            client.command("MAIL FROM:<a@sender.test> REQUIRETLS=YES", "501 5.5.4 parameter REQUIRETLS has no value");
            client.command("MAIL FROM:<a@sender.test> REQUIRETLS REQUIRETLS", "501 5.5.4 parameter REQUIRETLS is there twice");
            client.command("RCPT TO:<b@example.com> REQUIRETLS", "555 5.5.4 parameter REQUIRETLS is not known or not offered");
        }
    }

    @Test
    void anotherTransactionAsksAnew() {
        try (var fixture = fixture(TlsMode.Preferred); var client = secure(fixture)) {
            client.command("MAIL FROM:<a@sender.test> REQUIRETLS", "250 2.1.0 sender <a@sender.test> ok");
            client.command("RSET", "250 2.0.0 reset");
            client.command("MAIL FROM:<a@sender.test>", "250 2.1.0 sender <a@sender.test> ok");
            client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            client.send("BDAT 6 LAST\r\nx: y\r\n");
            client.expect("250 2.0.0 ok:  Message 2 accepted");
            assertThat(fixture.spool.messages).extracting(m -> m.envelope().tls()).containsExactly(MessageTls.DESTINATION);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "TLS-Required: No | OPTIONAL",
        "tls-required:no | OPTIONAL",
        "Subject: x~TLS-Required : NO  ~Date: y | OPTIONAL",
        "TLS-Required:~ No | OPTIONAL",
        "TLS-Required: No~  | OPTIONAL",
        "TLS-Required: Yes | DESTINATION",
        "TLS-Required: | DESTINATION",
        "TLS-Required: No, really | DESTINATION",
        "TLS-Required: N o | DESTINATION",
        "TLS-Required: Not | DESTINATION",
        "TLS-Required: No                                   x | DESTINATION",
        "TLS-Required: No~ x | DESTINATION",
        "TLS-Required: No~TLS-Required: No | DESTINATION",
        "TLS-Required: No~TLS-Required: Yes | DESTINATION",
        "X-TLS-Required: No | DESTINATION",
        "TLS-Required-X: No | DESTINATION",
        "Subject: x~~TLS-Required: No | DESTINATION",
        "Subject: x~ TLS-Required: No | DESTINATION",
    })
    void oneHeaderFieldThatSaysNoAndNothingElse(String content, MessageTls expected) {
        try (var fixture = fixture(TlsMode.Preferred); var client = fixture.ehlo()) {
            message(client, "MAIL FROM:<a@sender.test>", content.replace("~", "\r\n") + "\r\n\r\nbody");

            assertThat(fixture.spool.messages.getFirst().envelope().tls()).isEqualTo(expected);
            assertThat(fixture.spool.messages.getFirst().text()).as("the header stays as it is").contains(content.replace("~", "\r\n"));
            assertThat(fixture.logged(MailEvent.TlsDemand.class)).extracting(MailEvent.TlsDemand::demand)
                    .isEqualTo(expected == MessageTls.OPTIONAL ? List.of("TLS-Required: No") : List.of());
        }
    }

    @Test
    void requireTlsOverridesTheHeaderField() {
        try (var fixture = fixture(TlsMode.Preferred); var client = secure(fixture)) {
            message(client, "MAIL FROM:<a@sender.test> REQUIRETLS", "TLS-Required: No\r\n\r\nbody");

            assertThat(fixture.spool.messages.getFirst().envelope().tls()).isEqualTo(MessageTls.REQUIRED);
            assertThat(fixture.spool.messages.getFirst().text()).contains("TLS-Required: No\r\n");
        }
    }
}
