package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.spool.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DsnTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    private static Envelope original(String sender) {
        return new Envelope(6, Instant.parse("2026-03-03T01:02:03Z").toEpochMilli(), sender, 100, false, false, null, "id+2B7", "public", List.of());
    }

    private static String text(Dsn.Composed dsn) {
        return new String(dsn.body(), StandardCharsets.UTF_8);
    }

    @Test
    void aWholeNotificationReadsSo() {
        Dsn.Composed dsn = Dsn.compose(original("a@sender.test"), List.of(
                new Dsn.Report("b@partner.test", "rfc822;B@partner.test", Dsn.Action.failed, "5.1.1", "550 5.1.1 no such user", true, "mx.partner.test (192.0.2.1)", 0)),
                "From: a\r\nSubject: hi\r\n".getBytes(StandardCharsets.US_ASCII), false, "gateway.test", NOW, "id-1");

        assertThat(dsn.eightBit()).isFalse();
        assertThat(dsn.smtpUtf8()).isFalse();
        assertThat(text(dsn)).isEqualTo("""
                From: Mail Delivery System <MAILER-DAEMON@gateway.test>
                To: <a@sender.test>
                Subject: Delivery Status Notification (Failure)
                Date: Wed, 4 Mar 2026 05:06:07 +0000
                Message-ID: <id-1@gateway.test>
                Auto-Submitted: auto-replied
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status;
                \tboundary="=_id-1"

                --=_id-1
                Content-Type: text/plain; charset=us-ascii

                This is the mail gateway at gateway.test.

                Your message could not be delivered to:

                    <b@partner.test>
                    550 5.1.1 no such user

                --=_id-1
                Content-Type: message/delivery-status

                Reporting-MTA: dns; gateway.test
                Original-Envelope-Id: id+7
                Arrival-Date: Tue, 3 Mar 2026 01:02:03 +0000

                Original-Recipient: rfc822; B@partner.test
                Final-Recipient: rfc822; b@partner.test
                Action: failed
                Status: 5.1.1
                Remote-MTA: dns; mx.partner.test (192.0.2.1)
                Diagnostic-Code: smtp; 550 5.1.1 no such user

                --=_id-1
                Content-Type: text/rfc822-headers

                From: a
                Subject: hi

                --=_id-1--
                """.replace("\n", "\r\n"));
    }

    @Test
    void nothingThatOthersWroteBeginsALineOfItsOwn() {
        Dsn.Composed dsn = Dsn.compose(original("a@sender.test"), List.of(
                new Dsn.Report("b@partner.test", "rfc822;x+0D+0AEvil: yes", Dsn.Action.failed, "5.0.0", "550 a\r\nEvil: yes", true, "mx\r\nEvil: yes", 0)),
                new byte[0], false, "gateway.test", NOW, "id-1");

        assertThat(text(dsn)).doesNotContain("\nEvil");
    }

    @Test
    void addressesBeyondAsciiMakeItInternational() {
        Dsn.Composed dsn = Dsn.compose(original("ä@sender.test"), List.of(
                new Dsn.Report("ü@partner.test", null, Dsn.Action.delayed, "4.4.1", "no answer", false, null, NOW.toEpochMilli())),
                "Subject: x\r\n".getBytes(StandardCharsets.US_ASCII), true, "gateway.test", NOW, "id-1");

        assertThat(dsn.eightBit()).isTrue();
        assertThat(dsn.smtpUtf8()).isTrue();
        assertThat(text(dsn)).contains("report-type=global-delivery-status").contains("Final-Recipient: utf-8; ü@partner.test").contains("message/global\r\n")
                .contains("Will-Retry-Until: Wed, 4 Mar 2026 05:06:07 +0000").contains("(Delay)").contains("Diagnostic-Code: x-postern; no answer");
    }

    @Test
    void eightBitHeadersGoBackAsTheyAre() {
        Dsn.Composed dsn = Dsn.compose(original("a@sender.test"), List.of(), new byte[] {'S', ':', (byte) 0xe4, '\r', '\n'}, false, "gateway.test", NOW, "id-1");

        assertThat(dsn.eightBit()).isTrue();
        assertThat(dsn.smtpUtf8()).isFalse();
        assertThat(dsn.body()).contains((byte) 0xe4);
    }

    @ParameterizedTest
    @CsvSource({"a+2Bb,a+b", "a+2,a+2", "a+zz,a+zz", "+41+42,AB", "plain,plain"})
    void decodesXtext(String text, String decoded) {
        assertThat(Dsn.xtext(text)).isEqualTo(decoded);
    }

    @ParameterizedTest
    @CsvSource({"'A: 1|B: 2||body|','A: 1|B: 2|'", "'|body|',''", "'A: 1|B: 2','A: 1|'", "'A: 1',''", "'',''"})
    void headersEndAtTheEmptyLineOrTheLastWholeOne(String message, String headers) {
        byte[] found = Notifier.headers(message.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(new String(found, StandardCharsets.ISO_8859_1).replace("\r\n", "|")).isEqualTo(headers);
    }
}
