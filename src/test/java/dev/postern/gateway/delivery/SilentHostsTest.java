package dev.postern.gateway.delivery;

import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SilentHostsTest {
    /** Places for all destinations together; half of them for those of which nothing is known. */
    private static final int PLACES = 10;

    /** With patience of five minutes for each host, nothing arrives in time unless others may go past. */
    @Test
    void moreHostsThatSayNothingThanThereAreConnectionsDoNotKeepUpAnUnknownDomain() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress()); ScriptedServer server = new ScriptedServer();
                Rig rig = new Rig(new DeliveryOptions(PLACES, 100, Duration.ofMillis(200), Timeouts.STANDARD))) {
            rig.plan(Stream.concat(IntStream.range(0, 2 * PLACES).mapToObj(i -> Rig.destination("silent" + i + ".test", TlsMode.None, Rig.host("127.0.0.1", silent.getLocalPort()))),
                    Stream.of(Rig.destination("living.test", TlsMode.None, Rig.host("127.0.0.1", server.port())))).toArray(DestinationPlan[]::new));
            rig.delivery.start();
            for (int i = 0; i < 2 * PLACES; i++) {
                rig.send("a@sender.test", "b@silent" + i + ".test");
            }

            rig.send("a@sender.test", "b@living.test");

            await().atMost(Duration.ofMinutes(1)).until(() -> server.mails.size() == 1);
            rig.delivery.stop(Duration.ofMillis(1));
        }
    }
}
