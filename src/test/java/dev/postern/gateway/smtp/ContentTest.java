package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.report.MailEvent;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Message content over a real connection: what is smuggling, too large, in a loop, in chunks, or ahead of its time. */
class ContentTest {
    private static final String HIDDEN = "MAIL FROM:<evil@sender.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhidden\r\n.\r\n";

    /** Ends that some server takes for the end of the data: each must be part of the one message, which is refused. */
    @ParameterizedTest
    @ValueSource(strings = {"\n.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\r\n.\r", "\n\n.\r\n", "\r\n.\r\r\n", "\r\n\0.\n", "\r\n.\0\r\n\n"})
    void aFalseEndSmugglesNothing(String falseEnd) {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send("first" + falseEnd + HIDDEN.replace("\r\n.\r\n", "\r\n") + "\r\n.\r\n");
            assertThat(client.reply().getFirst()).matches("(550|554) 5\\.6\\.0 message has a (bare (CR|LF)|NUL).*");
            client.command("NOOP", "250 2.0.0 ok");
            assertThat(fixture.spool.messages).isEmpty();
            assertThat(fixture.spool.open()).isZero();
            assertThat(fixture.logged(MailEvent.MessageAborted.class)).hasSize(1);
            assertThat(fixture.count("postern.inbound.rejected", "reason", "Content")).isEqualTo(1);
        }
    }

    @Test
    void pipelinedTransactionsAreTakenInOrder() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.send("MAIL FROM:<1@s.test>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@elsewhere.test>\r\nDATA\r\n");
            client.expect("250 2.1.0 sender <1@s.test> ok");
            client.expect("250 2.1.5 recipient <b@example.com> ok");
            client.expect("550 5.1.0 Address rejected.");
            client.expect("354 go ahead");
            client.send("one\r\n.\r\nMAIL FROM:<2@s.test>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            client.expect("250 2.1.0 sender <2@s.test> ok");
            client.expect("250 2.1.5 recipient <b@example.com> ok");
            client.expect("354 go ahead");
            client.send("two\r\n.\r\nQUIT\r\n");
            client.expect("250 2.0.0 ok:  Message 2 accepted");
            client.expect("221 2.0.0 mail.example.com closing");
            assertThat(fixture.spool.messages).extracting(RecordingSpool.Message::content).containsExactly("one\r\n", "two\r\n");
        }
    }

    @Test
    void octetByOctetIsAsGoodAsAtOnce() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            String[] parts = {"EHLO x\r\n", "MAIL FROM:<a@b.c>\r\n", "RCPT TO:<b@example.com>\r\n", "DATA\r\n", "A: b\r\n\r\n..x\r\n.y\r\n\r\n.\r\n"};
            for (String part : parts) {
                part.chars().forEach(c -> client.send(String.valueOf((char) c)));
                assertThat(client.reply().getFirst()).matches("[23].*");
            }
            assertThat(fixture.spool.messages.getFirst().content()).isEqualTo("A: b\r\n\r\n.x\r\ny\r\n\r\n");
        }
    }

    @Test
    void aMessageTooLargeIsConsumedAndRefusedAndNothingIsKept() {
        try (var fixture = new ServerFixture(p -> p.maxSize = 100_000); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            String line = "x".repeat(998) + "\r\n";
            client.send("A: b\r\n\r\n" + line.repeat(500) + ".\r\n");
            client.expect("552 5.3.4 message size exceeds limit");
            assertThat(fixture.spool.open()).isZero();
            assertThat(fixture.spool.aborted.get()).isEqualTo(1);
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
        }
    }

    @Test
    void aLargeMessageGoesToTheSpoolInPiecesOfAtMost64KiB() {
        try (var fixture = new ServerFixture(p -> p.maxSize = 10_000_000); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            String line = "\u00e4" + "x".repeat(500) + "\r\n";
            String content = "A: b\r\n\r\n" + line.repeat(4000);
            client.send(content + ".\r\n");
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            var message = fixture.spool.messages.getFirst();
            assertThat(message.content()).isEqualTo(content);
            assertThat(message.envelope().eightBit()).isTrue();
            assertThat(fixture.spool.largest.get()).isLessThanOrEqualTo(64 * 1024);
            assertThat(fixture.spool.appends.get()).isGreaterThan(25);
        }
    }

    @Test
    void theClientIsHeldBackWhileTheSpoolIsBehind() {
        try (var fixture = new ServerFixture(p -> p.maxSize = 100_000_000); var client = fixture.transaction()) {
            var gate = new CompletableFuture<Void>();
            fixture.spool.appendGate = gate;
            client.command("DATA", "354 go ahead");
            String line = "x".repeat(998) + "\r\n";
            int lines = 20_000;
            var sender = CompletableFuture.runAsync(() -> client.send("A: b\r\n\r\n" + line.repeat(lines) + ".\r\n"));
            await().until(() -> fixture.spool.appends.get() == 1);
            assertThat(sender).isNotDone();   // 20 MB do not fit into the buffers of the two sockets
            gate.complete(null);
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            sender.join();
            assertThat(fixture.spool.messages.getFirst().content()).hasSize(8 + lines * line.length());
        }
    }

    @Test
    void aLoopIsCut() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send("RECEIVED: x\r\n\ty\r\n".repeat(101) + "\r\n.\r\n");
            client.expect("554 5.4.6 mail loop: more than 100 Received fields");
            client.send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            client.reply();
            client.reply();
            client.expect("354 go ahead");
            client.send("Received: x\r\n".repeat(100) + "\r\nReceived: in the text\r\n.\r\n");
            client.expect("250 2.0.0 ok:  Message 2 accepted");
        }
    }

    @Test
    void headerAndLinesAreBounded() {
        try (var fixture = new ServerFixture(p -> p.maxSize = 10_000_000); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send(("X-A: " + "y".repeat(990) + "\r\n").repeat(300) + "\r\n.\r\n");
            client.expect("552 5.3.4 message header size exceeds limit");
            client.send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            client.reply();
            client.reply();
            client.expect("354 go ahead");
            client.send("A: b\r\n\r\n" + "z".repeat(65_537) + "\r\n.\r\n");
            client.expect("554 5.6.0 message has a line longer than 65536 octets");
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    @Test
    void hugeCommandLinesAreSwallowedAndRefused() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.send("NOOP " + "x".repeat(3_000_000) + "\r\nNOOP\r\n");
            client.expect("500 5.5.2 line is longer than 2000 octets");
            client.expect("250 2.0.0 ok");
            client.send("NOOP\nRSET\rNOOP\r\n");
            client.expect("500 5.5.2 line has a bare CR or LF; only CRLF ends a line");
            client.send("NOOP \0\r\n");
            client.expect("500 5.5.2 line has a control character");
            client.send("MAIL FROM:<\u00ff@b.c>\r\n");
            client.expect("500 5.5.2 line is not UTF-8");
        }
    }

    @Test
    void chunksMakeOneMessageAndDotsInThemAreDots() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.send("MAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nBDAT 10\r\nA: b\r\n\r\n.\rBDAT 4\r\n\nx\r\nBDAT 3 LAST\r\n..yNOOP\r\n");
            client.expect("250 2.1.0 sender <a@b.c> ok");
            client.expect("250 2.1.5 recipient <b@example.com> ok");
            client.expect("250 2.0.0 10 octets received");
            client.expect("250 2.0.0 14 octets received");
            client.expect("250 2.0.0 ok:  Message 1 accepted");
            client.expect("250 2.0.0 ok");
            assertThat(fixture.spool.messages.getFirst().content()).isEqualTo("A: b\r\n\r\n.\r\nx\r\n..y\r\n");
        }
    }

    @Test
    void anEmptyLastChunkEndsTheMessage() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.send("BDAT 3\r\nx\r\nRCPT TO:<c@example.com>\r\nDATA\r\nBDAT 0 LAST\r\n");
            client.expect("250 2.0.0 3 octets received");
            client.expect("503 5.5.1 content is on its way already");
            client.expect("503 5.5.1 after BDAT comes BDAT");
            client.expect("250 2.0.0 ok:  Message 1 accepted");
        }
    }

    @Test
    void octetsOfARefusedChunkAreNeverTakenForCommands() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.send("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
            client.expect("503 5.5.1 MAIL first");
            client.expect("250 2.0.0 ok");
            client.send("MAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nBDAT 2\r\na\nBDAT 3 LAST\r\nb\r\nNOOP\r\n");
            client.reply();
            client.reply();
            client.expect("550 5.6.0 message has a bare LF; only CRLF ends a line");
            client.expect("550 5.6.0 message has a bare LF; only CRLF ends a line");
            client.expect("250 2.0.0 ok");
            client.send("BDAT x LAST\r\nMAIL FROM:<evil@sender.test>\r\n");
            client.expect("501 5.5.4 BDAT needs a number of octets, and then nothing or LAST");
            client.expect("421 4.7.0 octets of unknown number follow, closing");
            client.expectClosed();
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    @Test
    void rsetForgetsChunks() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.send("BDAT 3\r\nx\r\nRSET\r\nBDAT 3 LAST\r\ny\r\n");
            client.expect("250 2.0.0 3 octets received");
            client.expect("250 2.0.0 reset");
            client.expect("503 5.5.1 MAIL first");
            assertThat(fixture.spool.open()).isZero();
        }
    }

    @Test
    void addressesBeyondAsciiNeedSmtpUtf8() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            String local = new String("j\u00fcrgen".getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
            client.command("MAIL FROM:<" + local + "@b.c>", "550 5.6.7 an address beyond ASCII needs SMTPUTF8");
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<" + local + "@example.com>", "553 5.6.7 an address beyond ASCII needs SMTPUTF8");
            client.command("RSET", "250 2.0.0 reset");
            client.command("MAIL FROM:<" + local + "@b.c> SMTPUTF8", "250 2.1.0 sender <j\u00fcrgen@b.c> ok");
            client.command("RCPT TO:<" + local + "@example.com>", "250 2.1.5 recipient <j\u00fcrgen@example.com> ok");
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 2 accepted");
            var message = fixture.spool.messages.getFirst();
            assertThat(message.envelope().smtpUtf8()).isTrue();
            assertThat(message.text()).contains("with UTF8SMTP id 2", "for <" + local + "@example.com>");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "EH", "EHLO x\r\n", "EHLO x\r\nMAIL FROM:<a@b.c>\r\n", "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\n",
            "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
            "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhalf a mess",
            "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nwhole\r\n.",
            "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nBDAT 100\r\nhalf", "EHLO x\r\nSTARTTLS\r\n"})
    void aClientThatGoesAtAnyPointLeavesNothingBehind(String before) {
        try (var fixture = new ServerFixture(p -> { })) {
            for (boolean reset : new boolean[] {false, true}) {
                var client = fixture.client();
                client.expect("220 mail.example.com ESMTP Postern");
                client.send(before);
                if (reset) {
                    client.abort();
                } else {
                    client.close();
                }
            }
            await().until(() -> fixture.server.connections() == 0 && fixture.logged(MailEvent.InboundClosed.class).size() == 2);
            assertThat(fixture.spool.messages).isEmpty();
            assertThat(fixture.spool.open()).isZero();
            assertThat(fixture.meters.find("postern.inbound.connections").gauge().value()).isZero();
        }
    }

    @Test
    void aClientThatGoesWhileTheSpoolIsBehindIsForgottenAfterwards() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            var gate = new CompletableFuture<Void>();
            fixture.spool.appendGate = gate;
            client.command("DATA", "354 go ahead");
            client.send("x\r\n.\r\n");
            await().until(() -> fixture.spool.appends.get() == 1);
            client.abort();
            await().until(() -> fixture.server.connections() == 0);
            gate.complete(null);
            await().until(() -> fixture.spool.open() == 0);
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    @Test
    void aClientThatNeverReadsItsRepliesIsHeldBack() {
        SmtpLimits l = ServerFixture.LIMITS;
        SmtpLimits patient = new SmtpLimits(l.command(), l.dataBlock(), l.hostName(), l.handshake(), l.rejected(), l.linger(), l.maxErrors(), l.maxConnections(),
                new SmtpLimits.Abuse(Integer.MAX_VALUE, 1000, l.command(), l.command()));
        try (var fixture = new ServerFixture(p -> { }, patient, ServerFixture.LOOPS); var client = fixture.ehlo()) {
            int commands = 200_000;
            var sender = CompletableFuture.runAsync(() -> client.send("HELP\r\n".repeat(commands)));
            for (int i = 0; i < commands; i++) {
                client.expect("214 2.0.0 commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS AUTH QUIT");
            }
            sender.join();
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
        }
    }
}
