package dev.postern.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.tls.MessageTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolCrashTest {
    private static final int ROUNDS = 10;
    private static final int LEAST_COMMITS = 50;

    @TempDir
    Path folder;
    private final Random random = new Random();
    private final Set<Long> started = new HashSet<>();
    private final Set<Long> committed = new TreeSet<>();
    private final Set<Long> touched = new HashSet<>();
    private final Set<Long> removed = new HashSet<>();
    private final Set<Long> dsns = new TreeSet<>();

    @Test
    void whateverWasCommittedOutlivesKillNineTimesTen() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            read(pourAndKill(folder.resolve("out" + round)), round);
            try (var fixture = new SpoolFixture(folder.resolve("spool"))) {
                check(fixture.spool);
            }
        }
        assertThat(committed.size()).isGreaterThan(ROUNDS * LEAST_COMMITS);
        assertThat(removed).isNotEmpty();
        assertThat(dsns).isNotEmpty();
    }

    private Path pourAndKill(Path out) throws Exception {
        var child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-cp", System.getProperty("java.class.path"),
                SpoolCrashChild.class.getName(), folder.resolve("spool").toString()).redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            var moment = LEAST_COMMITS + random.nextInt(1_500);
            await().atMost(2, TimeUnit.MINUTES).pollInterval(2, TimeUnit.MILLISECONDS)
                    .until(() -> !child.isAlive() || Files.size(out) > moment * 8L);
            assertThat(child.isAlive()).as("the child pours on until it is killed").isTrue();
        } finally {
            // kill -9
            child.destroyForcibly().waitFor();
        }
        return out;
    }

    private void read(Path out, int round) throws IOException {
        var text = Files.readString(out, StandardCharsets.UTF_8);
        for (var line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
            assertThat(line).as("round %d", round).matches("[SCUDB] \\d+");
            var mid = Long.parseLong(line.substring(2));
            switch (line.charAt(0)) {
                case 'S' -> assertThat(started.add(mid)).as("MID %d is used once", mid).isTrue();
                case 'C' -> committed.add(mid);
                case 'U' -> touched.add(mid);
                case 'D' -> removed.add(mid);
                default -> {
                    assertThat(started.add(mid)).as("MID %d is used once", mid).isTrue();
                    dsns.add(mid);
                }
            }
        }
    }

    private void check(Spool spool) throws Exception {
        var pending = Messages.pending(spool);
        var present = new HashSet<Long>();
        for (var envelope : pending) {
            var mid = envelope.mid();
            assertThat(present.add(mid)).isTrue();
            var address = envelope.recipients().getFirst().address();
            var body = address.startsWith("dsn-of-") ? SpoolCrashChild.dsnBody() : SpoolCrashChild.body(mid);
            assertThat(Messages.read(spool, mid, 0, body.length + 1)).as("body of MID %d", mid).isEqualTo(body);
            assertThat(envelope.tls()).as("what MID %d asks of TLS", mid)
                    .isEqualTo(address.startsWith("dsn-of-") ? MessageTls.DESTINATION : SpoolCrashChild.tls(mid));
            if (address.startsWith("dsn-of-")) {
                var original = Long.parseLong(address.substring(7, address.indexOf('@')));
                assertThat(Messages.await(spool.envelope(original))).as("a DSN and its bounce are one write").isNull();
            }
        }
        assertThat(spool.messages()).isEqualTo(present.size());
        assertThat(present).containsAll(dsns);
        for (var mid : committed) {
            if (!touched.contains(mid)) {
                assertThat(present).as("MID %d was committed", mid).contains(mid);
            }
        }
        // The system outlives the process, so what was written is there, synced or not.
        assertThat(present).doesNotContainAnyElementsOf(removed);
        // An abort is not reported, but whoever was aborted was never committed.
        assertThat(present).noneMatch(mid -> mid % 11 == 0 && !dsns.contains(mid) && committed.contains(mid));
    }
}
