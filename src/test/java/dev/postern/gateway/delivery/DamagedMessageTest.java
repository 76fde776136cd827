package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import org.junit.jupiter.api.Test;

/** A message whose data on disk is damaged: who sent it hears of it, and where nobody would, nothing is thrown away. */
class DamagedMessageTest {

    private static Recipient recipient(String address, String dsnNotify) {
        return new Recipient(address, State.PENDING, 0, 0, null, null, dsnNotify, null);
    }

    @Test
    void theSenderIsToldOnceAndAtOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            long mid = rig.send("a@sender.test", "b@partner.test", "c@partner.test");
            rig.spool.damage(mid, "chunk 0 does not match its checksum");
            rig.plan(Rig.destination("partner.test", TlsMode.Preferred, Rig.host("127.0.0.1", server.port())),
                    Rig.destination("sender.test", TlsMode.Preferred, Rig.host("127.0.0.1", server.port())));
            rig.delivery.start();

            await().until(() -> rig.spool.messages() == 0);
            assertThat(server.mails).hasSize(1);
            assertThat(server.mails.getFirst().mailFrom()).startsWith("MAIL FROM:<>");
            assertThat(server.mails.getFirst().rcpts()).containsExactly("RCPT TO:<a@sender.test>");
            assertThat(server.mails.getFirst().body()).contains("<b@partner.test>", "<c@partner.test>", "Status: 5.3.0", "Please send it again");
        }
    }

    @Test
    void whereNobodyIsToldItIsKept() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            rig.spool.onCommitted(null);   // they were there before
            long bounce = rig.send("", "b@partner.test");
            long never = rig.spool.add("a@sender.test", "Subject: x\r\n\r\nx\r\n", System.currentTimeMillis(), recipient("n@partner.test", "NEVER"),
                    recipient("f@partner.test", "FAILURE"));
            rig.spool.damage(bounce, "broken");
            rig.spool.damage(never, "broken");
            rig.plan(Rig.destination("partner.test", TlsMode.Preferred, Rig.host("127.0.0.1", server.port())),
                    Rig.destination("sender.test", TlsMode.Preferred, Rig.host("127.0.0.1", server.port())));
            rig.spool.onCommitted(rig.delivery::enqueue);
            rig.delivery.start();

            await().until(() -> server.mails.size() == 1);
            assertThat(server.mails.getFirst().body()).contains("<f@partner.test>").doesNotContain("n@partner.test");
            await().until(() -> rig.spool.messages() == 2);
            assertThat(rig.spool.get(bounce).pending()).isTrue();
            assertThat(rig.spool.get(never).recipients()).extracting(Recipient::state).containsExactly(State.PENDING, State.BOUNCED);
            await().until(() -> rig.logged(MailEvent.Notice.class).stream().filter(n -> n.message().contains("stays in quarantine")).count() == 2);
        }
    }
}
