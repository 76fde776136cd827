package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.spool.Envelope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

                Your message could not be delivered, and will not be tried again, to:

                    <b@partner.test>
                    There is no mailbox of this name. Check the address for mistakes.
                    The server mx.partner.test (192.0.2.1) said: 550 5.1.1 no such user

                What follows is a report for programs, and the beginning of your message or all of it.

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
        assertThat(text(dsn)).contains("report-type=global-delivery-status").contains("Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit").contains("Final-Recipient: utf-8; ü@partner.test").contains("message/global\r\n")
                .contains("Will-Retry-Until: Wed, 4 Mar 2026 05:06:07 +0000").contains("(Delay)").contains("Diagnostic-Code: x-postern; no answer");
    }

    @Test
    void eightBitHeadersGoBackEncodedSoThatEveryServerTakesThem() {
        Dsn.Composed dsn = Dsn.compose(original("a@sender.test"), List.of(), new byte[] {'S', ':', (byte) 0xe4, '\r', '\n'}, false, "gateway.test", NOW, "id-1");

        assertThat(dsn.eightBit()).isFalse();
        assertThat(dsn.smtpUtf8()).isFalse();
        assertThat(text(dsn)).contains("Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nS:=E4\r\n");
    }

    @Test
    void aSenderOfAsciiIsToldOfOtherAddressesInAscii() {
        Dsn.Composed dsn = Dsn.compose(original("a@sender.test"), List.of(
                new Dsn.Report("\u00fc@partner.test", "utf-8;\u00fc@old.test", Dsn.Action.failed, "5.6.7", "no", false, null, 0)),
                "Subject: \u00fc\r\n\r\nbody\r\n".getBytes(StandardCharsets.UTF_8), true, "gateway.test", NOW, "id-1");

        assertThat(dsn.eightBit()).isFalse();
        assertThat(dsn.smtpUtf8()).isFalse();
        assertThat(StandardCharsets.US_ASCII.newEncoder().canEncode(text(dsn))).isTrue();
        assertThat(text(dsn)).contains("Final-Recipient: utf-8; \\x{FC}@partner.test\r\n", "Original-Recipient: utf-8; \\x{FC}@old.test\r\n",
                "<=C3=BC@partner.test>", "Content-Type: message/global\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSubject: =C3=BC\r\n");
    }

    @Test
    void aWholeMessageInEightBitGoesBackAsItIs() {
        Dsn.Composed dsn = Dsn.compose(original("a@sender.test"), List.of(), "S: x\r\n\r\n\u00fc\r\n".getBytes(StandardCharsets.UTF_8), true, "gateway.test", NOW, "id-1");

        assertThat(dsn.eightBit()).isTrue();
        assertThat(text(dsn)).contains("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nS: x\r\n\r\n\u00fc\r\n");
    }

    @ParameterizedTest
    @CsvSource({"5.1.1,There is no mailbox of this name.", "4.2.2,The mailbox is full.", "5.7.999,The server refuses it by its rules.",
        "5.0.0,The server refuses the message for good.", "4.0.0,The server does not take the message now.", "5.4.7,It was tried again and again", "x,The server does not"})
    void saysWhyInPlainWords(String status, String beginning) {
        assertThat(DsnWords.reason(status)).startsWith(beginning);
    }

    /** Python's parser is what many programs read notifications with. */
    @Test
    void pythonReadsEveryKind(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no /usr/bin/python3");
        Path script = Files.writeString(folder.resolve("read.py"), """
                import email, email.policy, sys
                for name in sys.argv[1:]:
                    with open(name, 'rb') as f:
                        m = email.message_from_binary_file(f, policy=email.policy.default)
                    def walk(part):
                        assert not part.defects, (name, part.defects)
                        for sub in part.iter_parts() if part.is_multipart() and part.get_content_maintype() == 'multipart' else []:
                            walk(sub)
                    walk(m)
                    text, status, returned = list(m.iter_parts())
                    assert m.get_content_type() == 'multipart/report'
                    assert 'This is the mail gateway' in text.get_content(), text.get_content()
                    assert m['Auto-Submitted'] == 'auto-replied'
                    if status.get_content_type() == 'message/delivery-status':
                        blocks = status.get_payload()
                        assert blocks[0]['Reporting-MTA'] == 'dns; gateway.test'
                        print(blocks[1]['Action'], blocks[1]['Status'], blocks[1]['Final-Recipient'], returned.get_content_type())
                    else:
                        print(status.get_content_type(), returned.get_content_type())
                """);
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script.toString()));
        for (String sender : List.of("a@sender.test", "\u00e4@sender.test")) {
            for (String address : List.of("b@partner.test", "\u00fc@partner.test")) {
                for (String returned : List.of("S: x\r\n", "S: \u00fc\r\n", "S: x\r\n\r\n\u00fc\r\n")) {
                    Dsn.Composed dsn = Dsn.compose(original(sender), List.of(new Dsn.Report(address, null, Dsn.Action.failed, "5.1.1", "550 no", true, "mx", 0)),
                            returned.getBytes(StandardCharsets.UTF_8), returned.contains("\r\n\r\n"), "gateway.test", NOW, "id-1");
                    command.add(Files.write(folder.resolve("dsn-" + command.size()), dsn.body()).toString());
                }
            }
        }
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        assertThat(process.waitFor()).as(Files.readString(out)).isZero();
        assertThat(Files.readAllLines(out)).hasSize(12).startsWith("failed 5.1.1 rfc822; b@partner.test text/rfc822-headers",
                "failed 5.1.1 rfc822; b@partner.test text/rfc822-headers", "failed 5.1.1 rfc822; b@partner.test message/rfc822",
                "failed 5.1.1 utf-8; \\x{FC}@partner.test text/rfc822-headers");
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
