package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Envelope.State;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Delivery to servers that lack extensions, or name limits. */
class LesserServersTest {

    private static long add(Rig rig, String sender, boolean utf8, String ret, String body, String... recipients) {
        return rig.spool.add(new Envelope(0, System.currentTimeMillis(), sender, 0, true, utf8, ret, null, "test",
                java.util.Arrays.stream(recipients).map(MemorySpool::recipient).toList()), body.getBytes(StandardCharsets.UTF_8));
    }

    private static void plan(Rig rig, ScriptedServer partner, ScriptedServer sender) {
        rig.plan(Rig.destination("partner.test", TlsMode.Preferred, Rig.host("127.0.0.1", partner.port())),
                Rig.destination("sender.test", TlsMode.Preferred, Rig.host("127.0.0.1", sender.port())));
    }

    @Test
    void withoutEightBitMimeAMessageArrivesInQuotedPrintableAndTheLogSaysSo() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            server.extensions = List.of("PIPELINING", "SIZE 10000000");
            long mid = add(rig, "a@sender.test", false, null, "Subject: x\r\n\r\ngr\u00fc\u00dfe\r\n", "b@partner.test");
            plan(rig, server, server);
            rig.delivery.start();

            await().until(() -> rig.spool.get(mid).recipients().getFirst().state() == State.DELIVERED);
            assertThat(server.mails.getFirst().mailFrom()).matches("MAIL FROM:<a@sender.test> SIZE=[0-9]+");
            assertThat(server.mails.getFirst().mailFrom()).endsWith("=" + server.mails.getFirst().body().length());
            assertThat(server.mails.getFirst().body()).isEqualTo("Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
                    + "Content-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BC=C3=9Fe\r\n");
            assertThat(rig.logged(MailEvent.Notice.class)).extracting(MailEvent.Notice::message).anyMatch(m -> m.contains("MID " + mid) && m.contains("8BITMIME"));
        }
    }

    @Test
    void whatNeedsSmtpUtf8BouncesAndItsBounceNeedsNothing() throws Exception {
        try (ScriptedServer partner = new ScriptedServer(); ScriptedServer sender = new ScriptedServer(); Rig rig = new Rig()) {
            sender.extensions = List.of();
            add(rig, "a@sender.test", true, "FULL", "Subject: gr\u00fc\u00dfe\r\n\r\nx\r\n", "b@partner.test", "\u00fc@partner.test");
            plan(rig, partner, sender);
            rig.delivery.start();

            await().until(() -> rig.spool.messages() == 0);
            assertThat(partner.mails).isEmpty();
            assertThat(sender.mails).hasSize(1);
            assertThat(sender.mails.getFirst().body()).contains("Status: 5.6.9", "Final-Recipient: utf-8; \\x{FC}@partner.test").matches("(?s)[\\x00-\\x7f]*");
        }
    }

    @Test
    void withoutSmtpUtf8AMessageThatOnlySaysTheWordGoesAsAnyOther() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            add(rig, "a@sender.test", true, null, "Subject: x\r\n\r\ngr\u00fc\u00dfe\r\n", "b@partner.test");
            plan(rig, server, server);
            rig.delivery.start();

            await().until(() -> rig.spool.messages() == 0);
            assertThat(server.mails.getFirst().mailFrom()).isEqualTo("MAIL FROM:<a@sender.test> SIZE=23 BODY=8BITMIME");
        }
    }

    @Test
    void asManyRecipientsAndMessagesAsTheServerSaysAndEachRecipientOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            server.extensions = List.of("PIPELINING", "8BITMIME", "LIMITS MAILMAX=3 RCPTMAX=2 RCPTDOMAINMAX=1");
            String[] recipients = IntStream.range(0, 15).mapToObj(i -> "r" + i + "@partner.test").toArray(String[]::new);
            rig.send("a@sender.test", recipients);
            plan(rig, server, server);
            rig.delivery.start();

            await().until(() -> rig.spool.messages() == 0);
            assertThat(server.mails).hasSize(8).allSatisfy(m -> assertThat(m.rcpts()).hasSizeLessThanOrEqualTo(2));
            assertThat(server.mails.stream().flatMap(m -> m.rcpts().stream())).hasSize(15).doesNotHaveDuplicates();
            assertThat(server.connections.get()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void aConnectionThatIsLostBetweenTransactionsOfOneMessageDeliversTheRestLaterAndNothingTwice() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            server.extensions = List.of("PIPELINING", "LIMITS RCPTMAX=1");
            var seen = new java.util.concurrent.atomic.AtomicInteger();
            server.script = c -> c.startsWith("RCPT TO:<r1@") && seen.incrementAndGet() == 1 ? "CLOSE" : null;
            rig.send("a@sender.test", "r0@partner.test", "r1@partner.test", "r2@partner.test");
            plan(rig, server, server);
            rig.delivery.start();

            await().until(() -> rig.spool.messages() == 0);
            assertThat(server.mails.stream().flatMap(m -> m.rcpts().stream())).containsExactlyInAnyOrder("RCPT TO:<r0@partner.test>", "RCPT TO:<r1@partner.test>",
                    "RCPT TO:<r2@partner.test>");
        }
    }
}
