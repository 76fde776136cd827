package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.MessageTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestKeeperTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("resting.json");
    }

    private static Queues.Destination dead(Rig rig) {
        return rig.delivery.queues().destinations().stream().filter(d -> d.domain().equals("dead.test")).findFirst().orElse(null);
    }

    private Rig start(int port) {
        Rig rig = new Rig();
        rig.plan(Rig.destination("dead.test", TlsMode.None, Rig.host("127.0.0.1", port)));
        rig.delivery.remembers(file());
        rig.delivery.start();
        return rig;
    }

    @Test
    void whatRestedBeforeAStartIsNotTriedAtOnceAndSaysWhy() throws Exception {
        int port;
        try (ScriptedServer gone = new ScriptedServer()) {
            port = gone.port();
        }
        try (Rig rig = start(port)) {
            rig.send("a@sender.test", "b@dead.test");
            await().until(() -> dead(rig) != null && dead(rig).failure() != null && dead(rig).underWay() == 0);
            rig.delivery.stop(Duration.ofSeconds(1));
        }
        try (ScriptedServer server = new ScriptedServer("127.0.0.1", port); Rig rig = start(port)) {
            rig.send("a@sender.test", "c@dead.test");

            assertThat(dead(rig)).satisfies(d -> {
                assertThat(d.failure()).contains("4.4.1");
                assertThat(d.nextAttempt()).isGreaterThan(System.currentTimeMillis());
            });
            assertThat(rig.logged(MailEvent.NewDelivery.class)).isEmpty();

            rig.delivery.queues().flush("dead.test"::equals);

            await().until(() -> server.mails.size() == 1);
        }
    }

    @Test
    void aFileThatCannotBeReadDelaysNothing() throws Exception {
        Files.writeString(file(), "{");
        try (ScriptedServer server = new ScriptedServer(); Rig rig = start(server.port())) {
            rig.send("a@sender.test", "b@dead.test");

            await().until(() -> server.mails.size() == 1);
            assertThat(rig.logged(MailEvent.Notice.class)).anyMatch(n -> n.message().startsWith("which destinations rested before cannot be read"));
        }
    }

    @Test
    void noneRestsLongerThanFiveMinutesAfterAStart() {
        Rest rest = new Rest("dead.test", MessageTls.DESTINATION, null, 1_000_000_000L, 7, "4.4.1", "refused", null);

        assertThat(rest.left(0)).isBetween(10_000L, 300_000L);
        assertThat(rest.left(999_999_000L)).isEqualTo(1000);
        assertThat(rest.left(1_000_000_001L)).isZero();
    }
}
