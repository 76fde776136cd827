package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.mtasts.StsPolicies;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Delivery with the spool that it has in earnest. */
class DeliveryFromDiskTest {
    @TempDir
    Path folder;

    private static void add(Spool spool, String sender, String... recipients) throws Exception {
        Spool.Incoming incoming = spool.begin();
        incoming.append(Unpooled.copiedBuffer("Subject: test\r\n\r\n.hello\r\n", StandardCharsets.US_ASCII)).toCompletableFuture().get(20, TimeUnit.SECONDS);
        incoming.commit(new Envelope(incoming.mid(), System.currentTimeMillis(), sender, 25, false, false, null, null, "test",
                List.of(recipients).stream().map(MemorySpool::recipient).toList())).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void everyMessageArrivesOnceOrBouncesOnceOverARestart() throws Exception {
        try (ScriptedServer server = new ScriptedServer(); Rig rig = new Rig()) {
            server.script = c -> c.startsWith("RCPT TO:<bad@") ? "550 5.1.1 no such user" : null;
            AtomicReference<Delivery> delivery = new AtomicReference<>();
            try (RocksSpool spool = open(delivery)) {
                for (int i = 0; i < 20; i++) {
                    add(spool, "a" + i + "@sender.test", "b@partner.test", "bad@partner.test");
                }
            }
            rig.plan(Rig.destination("partner.test", TlsMode.Preferred, Rig.host("127.0.0.1", server.port())),
                    Rig.destination("sender.test", TlsMode.Preferred, Rig.host("127.0.0.1", server.port())));
            try (RocksSpool spool = open(delivery)) {
                delivery.set(delivery(rig, spool));
                delivery.get().start();
                for (int i = 20; i < 40; i++) {
                    add(spool, "a" + i + "@sender.test", "b@partner.test", "bad@partner.test");   // while what was there is read
                }
                await().atMost(Duration.ofSeconds(30)).until(() -> server.mails.size() >= 80 && spool.messages() == 0);
                delivery.get().stop(Duration.ofSeconds(5));
            }

            assertThat(server.mails).hasSize(80);
            assertThat(server.mails.stream().filter(m -> m.mailFrom().startsWith("MAIL FROM:<>")).map(m -> m.rcpts().getFirst()).distinct()).hasSize(40);
            assertThat(rig.logged(MailEvent.MessageFinished.class)).hasSize(80);
        }
    }

    private static Delivery delivery(Rig rig, Spool spool) {
        return new Delivery(rig.plans, spool, rig.dns(), StsPolicies.NONE, rig.log::add, rig.alerts::add, rig.results::add, new SimpleMeterRegistry(), InstantSource.system(), Rig.GROUP,
                new DeliveryOptions(50, 100, Duration.ofMillis(200), Timeouts.all(Duration.ofSeconds(10))));
    }

    private RocksSpool open(AtomicReference<Delivery> delivery) throws Exception {
        return RocksSpool.open(folder, SpoolOptions.DEFAULTS, envelope -> {
            if (delivery.get() != null) {
                delivery.get().enqueue(envelope);
            }
        }, damaged -> { }, new SimpleMeterRegistry());
    }
}
