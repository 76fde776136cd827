package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.pki.issue.Authority;
import dev.postern.testing.Folders;
import dev.postern.testing.PosternProcess;
import dev.postern.testing.Pourer;
import dev.postern.testing.Sink;
import dev.postern.testing.Spooled;
import dev.postern.testing.Tls;
import dev.postern.testing.disk.CutDisk;
import dev.postern.testing.disk.FaultyDisk;
import dev.postern.testing.disk.Survival;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that was answered 250 is lost, whenever the power is cut. The gateway goes on with what one cut left; what several other cuts at
 * the same moment would have left is looked into as well.
 */
class PowerCutIT {
    private static final int ROUNDS = Integer.getInteger("postern.powercut.rounds", 3);
    private static final int OTHER_CUTS = 4;
    private static final Duration SYNC = Duration.ofMillis(3);
    @TempDir
    Path folder;
    private final Random random = new Random();
    private final Set<String> accepted = new HashSet<>();
    private int port;
    private Path manifests;

    @Test
    void everyMessageAnswered250ArrivesThoughThePowerIsCutWhileMailIsPouredIn() throws Exception {
        Authority authority = new Authority("Sink", Instant.now(), Duration.ofDays(30));
        port = PosternProcess.freePort();
        try (Sink sink = new Sink(Tls.server(authority.issue(List.of("dest.test"), Duration.ofDays(10))))) {
            manifests = Files.createDirectory(folder.resolve("manifests"));
            Files.writeString(manifests.resolve("kill.yaml"), Files.readString(Path.of("src/test/resources/system/kill.yaml"))
                    .replace("@PUBLIC@", Integer.toString(port)).replace("@SINK@", Integer.toString(sink.port())));
            Path data = Files.createDirectory(folder.resolve("data0"));
            int looked = 0;
            for (int round = 1; round <= ROUNDS; round++) {
                Path start = folder.resolve("start" + round);
                Folders.copy(data, start);
                FaultyDisk disk = new FaultyDisk(data, folder.resolve("disk" + round));
                disk.slow(SYNC);
                pour(disk, round);

                CutDisk cut = new CutDisk(start).play(disk.journal());
                cut.requireAll(disk.root());
                for (int i = 0; i < OTHER_CUTS; i++, looked++) {
                    Path left = folder.resolve("left");
                    cut.cut(left, i == 0 ? Survival.synced() : Survival.random(random));
                    Set<String> missing = missing(sink);
                    missing.removeAll(Spooled.subjects(left.resolve("spool")));
                    assertThat(missing).as("messages answered 250 that the cut took, round %d", round).isEmpty();
                    Folders.delete(left);
                }
                data = folder.resolve("data" + round);
                cut.cut(data, round % 2 == 1 ? Survival.synced() : Survival.random(random));
                Folders.delete(start);
                Folders.delete(disk.root());
                Files.delete(disk.journal());
            }
            try (PosternProcess gateway = start(Map.of(), data)) {
                Awaitility.await("every accepted message").atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100))
                        .untilAsserted(() -> assertThat(missing(sink)).isEmpty());
                assertThat(gateway.alive()).isTrue();
            }
            System.out.println("power cut, " + ROUNDS + " rounds, and " + looked + " more cuts looked into: " + accepted.size() + " messages answered 250, 0 lost, "
                    + sink.duplicates() + " delivered twice");
        }
    }

    private void pour(FaultyDisk disk, int round) throws Exception {
        try (PosternProcess gateway = start(disk.environment(), disk.root());
                Pourer pourer = new Pourer(port, Tls.anyPeer(), "someone@dest.test", "round" + round, 20)) {
            int wanted = random.nextInt(100, 800);
            Awaitility.await("messages accepted in round " + round).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5))
                    .until(() -> pourer.accepted().size() >= wanted);
            gateway.kill();
            pourer.close();
            accepted.addAll(pourer.accepted());
        }
    }

    private Set<String> missing(Sink sink) {
        Set<String> missing = new HashSet<>(accepted);
        missing.removeAll(sink.subjects());
        return missing;
    }

    private PosternProcess start(Map<String, String> environment, Path data) throws Exception {
        PosternProcess gateway = PosternProcess.start(environment, "run", manifests.toString(), "--data", data.toString(), "--http-port", "0");
        gateway.awaitLine("listener", l -> l.contains("127.0.0.1:" + port + " opened"));
        return gateway;
    }
}
