package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Machine;
import dev.postern.testing.load.BlackHole;
import dev.postern.testing.load.Load;
import dev.postern.testing.load.LoadProcess;
import dev.postern.testing.load.Outcome;
import dev.postern.testing.mta.Meter;
import dev.postern.testing.mta.PosternMta.Route;
import dev.postern.testing.mta.PosternMta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A queue that grows: messages for a thousand domains whose hosts are dead (half refuse connections, half never answer) wait while live mail flows. Then kill -9 in
 * the midst of it. Prints throughput of live mail, memory, and the time from the start to the first delivery; asserts that no live message that was accepted is lost.
 */
class GrowthBench {
    private static final int[] SIZES = List.of(System.getProperty("postern.bench.queued", "0,10000,100000,1000000").split("[ ,]+")).stream().mapToInt(Integer::parseInt).toArray();
    private static final int LIVE = Integer.getInteger("postern.bench.messages", 40_000);
    private static final Path FOLDER = Path.of(System.getProperty("postern.testing.folder", "/tmp"));
    private static final int DEAD_SIZE = 2048;
    private static final StringBuilder REPORT = new StringBuilder();

    private final TestCertificates.Pair pair = TestCertificates.ecdsa("mail.bench.test");

    @BeforeAll
    static void head() throws IOException {
        Machine.mustBeOnDisk(FOLDER);
        REPORT.append("Measured on: ").append(Machine.line(FOLDER)).append(".\nQueued messages have 2 kB and go to 1,000 domains, half of them refusing connections, half black holes; "
                + "live ones have 10 kB, 50 connections, one destination; first retry after a minute.\n\n"
                + "| queued | queued at, messages/s | live messages/s | live CPU ms a message | live through: p50, p99 ms | peak memory MiB | live objects MiB | spool MiB | kill -9, then s to greeting | s to first delivery | live lost |\n"
                + "|---|---|---|---|---|---|---|---|---|---|---|\n");
    }

    @AfterAll
    static void print() throws IOException {
        Files.createDirectories(Path.of("target/bench"));
        Files.writeString(Path.of("target/bench/growth.md"), REPORT.toString());
        System.out.println(REPORT);
    }

    @Test
    void liveMailWhileDeadMailWaits() throws Exception {
        try (LoadProcess tool = new LoadProcess(); BlackHole hole = new BlackHole("127.3.0.1")) {
            for (int size : SIZES) {
                Path folder = Files.createTempDirectory(FOLDER, "postern-growth");
                try {
                    measure(tool, hole, folder, size);
                } finally {
                    Folders.delete(folder);
                }
            }
        }
    }

    private void measure(LoadProcess tool, BlackHole hole, Path folder, int size) throws Exception {
        List<Route> dead = List.of(new Route("refused", ".refused.test", "127.2.0.1", 1), new Route("hole", ".hole.test", "127.3.0.1", hole.port()));
        try (PosternMta gateway = PosternMta.start(pair, tool.sink(), folder, "1m", "10m", dead)) {
            Load live = Load.base(gateway.port(), LIVE);
            tool.run(live);   // what a JVM spends on compiling is its start's
            double queuing = 0;
            for (String kind : List.of("refused.test", "hole.test")) {
                if (size > 0) {
                    Outcome outcome = tool.run(live.messages(size / 2).size(DEAD_SIZE).to(kind, 500).undelivered());
                    assertThat(outcome.accepted()).as("messages to dead hosts accepted: %s", outcome.text()).isEqualTo(size / 2);
                    queuing += outcome.sending();
                    System.out.printf("queued %d for %s in %.1f s%n", size / 2, kind, outcome.sending());
                }
            }
            Outcome flow;
            double cpu;
            double memory;
            try (Meter meter = new Meter(gateway.process())) {
                double before = meter.seconds();
                flow = tool.run(live);
                cpu = (meter.seconds() - before) * 1000 / flow.accepted();
                memory = meter.peakMiB();
            }
            assertThat(flow.accepted()).as("live messages accepted: %s", flow.text()).isEqualTo(LIVE);
            double objects = gateway.liveMiB();
            System.out.printf("with %d queued: %.0f live messages/s, CPU %.2f ms, through in %.1f ms (p99 %.1f), %.0f MiB%n", size, flow.relayed(), cpu, flow.through50(),
                    flow.through99(), memory);
            long disk = Folders.bytes(gateway.data()) >> 20;
            Restart restart = killed(tool, gateway, live);
            int lost = flow.missing() + restart.outcome.missing();
            REPORT.append("| %,d | %s | %.0f | %.2f | %.1f, %.1f | %.0f | %.0f | %d | %.1f | %.1f | %d |%n".formatted(size, size == 0 ? "–" : "%.0f".formatted(size / queuing), flow.relayed(),
                    cpu, flow.through50(), flow.through99(), memory, objects, disk, restart.greeting, restart.delivery, lost));
            print();
            assertThat(lost).as("live messages accepted and not delivered: %s", restart.outcome.text()).isZero();
        }
    }

    private record Restart(double greeting, double delivery, Outcome outcome) {
    }

    /** kill -9 under load, and a new start: seconds until it greets, and until the sink gets the first message. */
    private static Restart killed(LoadProcess tool, PosternMta gateway, Load live) throws Exception {
        tool.start(live.messages(100 * LIVE));
        Awaitility.await("live mail").atMost(Duration.ofMinutes(2)).until(() -> tool.soFar().delivered() > LIVE / 10);
        gateway.kill();
        int before = Awaitility.await().pollInterval(Duration.ofMillis(100)).until(() -> tool.soFar().arrived(), new Settled());
        long start = System.nanoTime();
        gateway.start();
        double greeting = (System.nanoTime() - start) / 1e9;
        Awaitility.await("the first delivery").atMost(Duration.ofMinutes(10)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> tool.soFar().arrived() > before);
        double delivery = (System.nanoTime() - start) / 1e9;
        Awaitility.await("live mail again").atMost(Duration.ofMinutes(2)).until(() -> tool.soFar().arrived() > before + LIVE / 10);
        tool.stop();
        Outcome outcome = tool.result();
        System.out.printf("kill -9: greets after %.1f s, delivers after %.1f s; %d accepted, %d delivered, %d twice%n", greeting, delivery, outcome.accepted(), outcome.delivered(),
                outcome.duplicates());
        return new Restart(greeting, delivery, outcome);
    }

    /** A count that was the same twice. */
    private static final class Settled implements java.util.function.Predicate<Integer> {
        private int last = -1;

        @Override
        public boolean test(Integer count) {
            boolean same = count == last;
            last = count;
            return same;
        }
    }
}
