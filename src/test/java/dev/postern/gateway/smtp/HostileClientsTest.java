package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.SmtpLimits.Abuse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that bring no mail but trouble: each is bounded in memory, time and lines of the log. */
class HostileClientsTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private static SmtpLimits limits(Duration command, Duration block, int connections, Abuse abuse) {
        return new SmtpLimits(command, block, LONG, LONG, LONG, Duration.ofMillis(200), 5, connections, abuse);
    }

    private static Abuse abuse(UnaryOperator<int[]> numbers, Duration content, Duration crowded) {
        int[] n = numbers.apply(new int[] {200, 1000});
        return new Abuse(n[0], n[1], content, crowded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP", "RSET", "EHLO x", "HELO x", "HELP", "VRFY x", "MAIL FROM:<a@b.c>\r\nRSET"})
    void commandsWithoutAMessageEnd(String command) {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            client.send((command + "\r\n").repeat(300));
            String rest = client.rest();
            assertThat(rest).endsWith("421 4.7.0 too many commands without a message\r\n");
            assertThat(rest.lines().filter(l -> l.charAt(3) == ' ')).hasSizeLessThanOrEqualTo(200);
            client.close();
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.spool.open()).isZero();
            assertThat(fixture.log).hasSizeLessThan(350);
            assertThat(fixture.count("postern.inbound.rejected", "reason", "Abuse")).isEqualTo(1);
        }
    }

    @Test
    void aClientThatBringsMailMaySayMuch() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
            for (int i = 1; i <= 5; i++) {
                client.send("NOOP\r\n".repeat(100));
                for (int n = 0; n < 100; n++) {
                    client.expect("250 2.0.0 ok");
                }
                client.send("MAIL FROM:<a@b.c>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx\r\n.\r\n");
                for (String code : List.of("250", "250", "354", "250")) {
                    assertThat(client.reply().getFirst()).startsWith(code);
                }
            }
        }
    }

    @Test
    void aHundredThousandRecipientsAreAThousandAnswers() {
        for (String domain : List.of("example.com", "elsewhere.test")) {
            try (var fixture = new ServerFixture(p -> { }); var client = fixture.ehlo()) {
                client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
                var sender = CompletableFuture.runAsync(() -> {
                    try {
                        client.send(("RCPT TO:<u@" + domain + ">\r\n").repeat(100_000));
                    } catch (java.io.UncheckedIOException e) {
                        // the server has closed, as it should
                    }
                });
                String rest = client.rest();
                sender.join();
                assertThat(rest.lines().count()).isLessThan(1020);
                assertThat(rest).contains("421 4.5.3 too many recipients refused");
                assertThat(fixture.log).hasSizeLessThan(1020);
            }
        }
    }

    @Test
    void slowCommandsAndTricklingContentEndInTime() {
        Abuse short1 = abuse(n -> n, Duration.ofMillis(400), LONG);
        try (var fixture = new ServerFixture(p -> { }, limits(Duration.ofMillis(300), LONG, 100, short1), ServerFixture.LOOPS)) {
            try (var client = fixture.client()) {
                client.expect("220 mail.example.com ESMTP Postern");
                client.send("EHL");   // never more
                client.expect("421 4.4.2 mail.example.com timeout, closing");
            }
            try (var client = fixture.transaction()) {
                client.command("DATA", "354 go ahead");
                var drip = CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < 100_000; i++) {
                            client.send("x".repeat(20_000) + "\r\n");   // each block is in time, and there is no end
                        }
                    } catch (java.io.UncheckedIOException e) {
                        // cut off
                    }
                });
                assertThat(client.rest()).contains("421 4.4.2 mail.example.com timeout, closing");
                drip.join();
            }
            try (var client = fixture.transaction()) {
                client.send("BDAT 1000000000000\r\nand then nothing");
                assertThat(client.rest()).contains("421 4.4.2 mail.example.com timeout, closing");
            }
            await().until(() -> fixture.spool.open() == 0 && fixture.server.connections() == 0);
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    @Test
    void whenItIsCrowdedNobodyMayTakeLong() {
        Abuse crowded = abuse(n -> n, LONG, Duration.ofMillis(300));
        try (var fixture = new ServerFixture(p -> { }, limits(LONG, LONG, 10, crowded), ServerFixture.LOOPS)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(fixture.ehlo());
            }
            clients.subList(7, 10).forEach(c -> c.expect("421 4.4.2 mail.example.com timeout, closing"));
            clients.getFirst().command("NOOP", "250 2.0.0 ok");
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void anOverfullListenerTurnsAwayInOneLine() {
        try (var fixture = new ServerFixture(p -> { }, limits(LONG, LONG, 3, Abuse.STANDARD), ServerFixture.LOOPS)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(fixture.client());
                clients.getLast().expect("220 mail.example.com ESMTP Postern");
            }
            int lines = fixture.log.size();
            for (int i = 0; i < 50; i++) {
                try (var client = fixture.client()) {
                    client.expect("421 4.4.5 Too many connections to this listener.");
                    client.expectClosed();
                }
            }
            assertThat(fixture.log).hasSize(lines);
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void aNameOf64KilobytesIsALineTooLong() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            client.command("EHLO " + "x".repeat(65_536), "500 5.5.2 line is longer than 2000 octets");
            client.command("EHLO " + "x".repeat(256), "501 5.5.4 needs a domain name or an address literal");
        }
    }

    @Test
    void headerBombsAreRefusedAndTheirMemoryIsNotKept() {
        try (var fixture = new ServerFixture(p -> p.maxSize = 50_000_000)) {
            for (String bomb : List.of("X: y\r\n".repeat(60_000), "X: " + "y\r\n\t".repeat(80_000) + "y\r\n", "Message-ID: <" + "\r\n x".repeat(80_000) + ">\r\n",
                    "a".repeat(60_000) + ": b\r\n" + "c".repeat(60_000) + ": d\r\n" + ("e".repeat(60_000) + ": f\r\n").repeat(3))) {
                try (var client = fixture.transaction()) {
                    client.command("DATA", "354 go ahead");
                    client.send(bomb + "\r\n.\r\n");
                    client.expect("552 5.3.4 message header size exceeds limit");
                }
            }
            assertThat(fixture.spool.open()).isZero();
        }
    }

    @Test
    void garbageForAHandshakeEndsTheConnection() {
        var certificate = dev.postern.gateway.tls.TestCertificates.ecdsa("mail.example.com");
        try (var fixture = new ServerFixture(p -> p.certificates = List.of(certificate))) {
            for (String garbage : List.of("NOOP\r\n", "\u0016\u0003\u0001\u00ff\u00ff" + "x".repeat(70_000), "\0".repeat(100_000))) {
                try (var client = fixture.ehlo()) {
                    client.command("STARTTLS", "220 2.0.0 go ahead with TLS");
                    try {
                        client.send(garbage);
                    } catch (java.io.UncheckedIOException e) {
                        // closed meanwhile
                    }
                    client.rest();
                }
            }
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.logged(MailEvent.InboundTlsFailed.class)).hasSize(3);
        }
    }

    @Test
    void aLoopThroughThisServerIsCutAfterAFewRounds() {
        try (var fixture = new ServerFixture(p -> { }); var client = fixture.transaction()) {
            client.command("DATA", "354 go ahead");
            client.send("Received: from x\r\n\tby MAIL.example.com (Postern) with ESMTP id 7; now\r\nReceived: from y by other.test; now\r\n".repeat(16) + "\r\n.\r\n");
            client.expect("554 5.4.6 mail loop: it came through here 16 times");
            client.send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            client.reply();
            client.reply();
            client.expect("354 go ahead");
            client.send("Received: by mail.example.com (Postern)\r\n".repeat(15) + "X: by mail.example.com (Postern)\r\n\r\nReceived: by mail.example.com (Postern)\r\n.\r\n");
            client.expect("250 2.0.0 ok:  Message 2 accepted");
        }
    }
}
