package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.pki.issue.Authority;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Pourer;
import dev.postern.testing.Sink;
import dev.postern.testing.Tls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that was answered 250 is lost, whenever the gateway is killed. */
class KillIT {
    private static final int ROUNDS = Integer.getInteger("postern.kill.rounds", 10);
    @TempDir
    Path folder;

    @Test
    void everyMessageAnswered250ArrivesThoughTheGatewayIsKilledWhileMailIsPouredIn() throws Exception {
        Authority authority = new Authority("Sink", Instant.now(), Duration.ofDays(30));
        int port = PosternProcess.freePort();
        Set<String> accepted = new HashSet<>();
        try (Sink sink = new Sink(Tls.server(authority.issue(List.of("dest.test"), Duration.ofDays(10))))) {
            Path manifests = Files.createDirectory(folder.resolve("manifests"));
            Files.writeString(manifests.resolve("kill.yaml"), Files.readString(Path.of("src/test/resources/system/kill.yaml"))
                    .replace("@PUBLIC@", Integer.toString(port)).replace("@SINK@", Integer.toString(sink.port())));
            for (int round = 1; round <= ROUNDS; round++) {
                try (PosternProcess gateway = start(manifests, port);
                        Pourer pourer = new Pourer(port, Tls.anyPeer(), "someone@dest.test", "round" + round, 20)) {
                    int wanted = ThreadLocalRandom.current().nextInt(200, 1500);
                    Awaitility.await("messages accepted in round " + round).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5))
                            .until(() -> pourer.accepted().size() >= wanted);
                    gateway.kill();
                    pourer.close();
                    accepted.addAll(pourer.accepted());
                }
            }
            try (PosternProcess gateway = start(manifests, port)) {
                Awaitility.await("every accepted message").atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100))
                        .untilAsserted(() -> assertThat(missing(accepted, sink)).isEmpty());
                assertThat(gateway.alive()).isTrue();
            }
            System.out.println("kill -9, " + ROUNDS + " rounds: " + accepted.size() + " messages answered 250, 0 lost, " + sink.duplicates()
                    + " delivered twice");
        }
    }

    private static Set<String> missing(Set<String> accepted, Sink sink) {
        Set<String> missing = new HashSet<>(accepted);
        missing.removeAll(sink.subjects());
        return missing;
    }

    private PosternProcess start(Path manifests, int port) throws Exception {
        PosternProcess gateway = PosternProcess.start(Map.of(), "run", manifests.toString(), "--data", folder.resolve("data").toString(), "--http-port", "0");
        gateway.awaitLine("listener", l -> l.contains("127.0.0.1:" + port + " opened"));
        return gateway;
    }
}
