package dev.postern.gateway.spool;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Commits a second and how long each takes, beside the disk's own rate of syncs. Arguments: folder, seconds a round, {@code keep} to leave
 * messages in the spool rather than deliver each at once, the folder of keys where it is to be encrypted.
 */
final class SpoolBenchmark {
    private static final int BODY = 10_000;
    private static final int SYNCS = 1_000;
    private static final int SEALED = 20_000;

    private final RocksSpool spool;
    private final boolean keep;
    private final byte[] body = Messages.body(1, BODY);

    private SpoolBenchmark(RocksSpool spool, boolean keep) {
        this.spool = spool;
        this.keep = keep;
    }

    public static void main(String[] args) throws Exception {
        var folder = Path.of(args.length > 0 ? args[0] : Files.createTempDirectory("spool").toString());
        var seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        var keep = args.length > 2 && "keep".equals(args[2]);
        Files.createDirectories(folder);
        rawSyncs(folder.resolve("raw"));
        sealing();
        var registry = new SimpleMeterRegistry();
        var keys = args.length > 3 ? SpoolKeys.read(Path.of(args[3])) : SpoolKeys.NONE;
        try (var spool = RocksSpool.open(folder.resolve("spool"), SpoolOptions.DEFAULTS, keys, e -> { }, d -> { }, registry)) {
            var benchmark = new SpoolBenchmark(spool, keep);
            benchmark.round(50, 2, false);
            for (var concurrent : new int[] {1, 50, 500}) {
                benchmark.round(concurrent, seconds, true);
            }
            System.out.printf("%d messages left, mean group %.1f%n", spool.messages(), registry.get("postern.spool.group.size").summary().mean());
            rss();
        }
    }

    private static void rss() throws IOException {
        var status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM") || line.startsWith("VmRSS")).forEach(System.out::println);
        }
    }

    /** What encryption adds to a message: an envelope and a chunk, by the CPU time of this thread. */
    private static void sealing() throws SpoolOpenException, IOException {
        var folder = Files.createTempDirectory("keys");
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(Messages.body(1, SpoolKey.BYTES)));
        var keys = SpoolKeys.read(folder);
        var sealing = new Sealing(KeyHistory.of(null).after(1, 1, keys.writing()), keys);
        var envelope = EnvelopeCodec.encode(SpoolScaleBenchmark.envelope(1));
        var chunk = ByteBuffer.allocateDirect(BODY);
        var clear = ByteBuffer.allocateDirect(BODY);
        var threads = ManagementFactory.getThreadMXBean();
        for (var round = 0; round < 5; round++) {
            var start = threads.getCurrentThreadCpuTime();
            for (var i = 0; i < SEALED; i++) {
                sealing.seal(1, envelope);
                sealing.seal(1, 0, chunk.clear());
            }
            var sealed = threads.getCurrentThreadCpuTime();
            var stored = sealing.seal(1, 0, chunk.clear());
            for (var i = 0; i < SEALED; i++) {
                sealing.open(1, 0, stored.rewind(), clear.clear());
            }
            if (round == 4) {
                System.out.printf("encrypting a message of 10 kB: %.1f us of CPU; decrypting its body: %.1f us%n", (sealed - start) / 1e3 / SEALED,
                        (threads.getCurrentThreadCpuTime() - sealed) / 1e3 / SEALED);
            }
        }
    }

    private static void rawSyncs(Path file) throws IOException {
        var nanos = new long[SYNCS];
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.allocateDirect(BODY);
            for (var i = 0; i < SYNCS; i++) {
                var start = System.nanoTime();
                channel.write(bytes.clear());
                channel.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        }
        Files.delete(file);
        print("raw write and fdatasync of 10 kB", nanos, Arrays.stream(nanos).sum());
    }

    /** Each chain starts its next message when the last is committed, as a session does. */
    private void round(int concurrent, int seconds, boolean print) throws InterruptedException {
        var nanos = new long[4_000_000];
        var count = new AtomicLong();
        var cpu = cpu();
        var start = System.nanoTime();
        var end = start + TimeUnit.SECONDS.toNanos(seconds);
        var done = new CountDownLatch(concurrent);
        for (var i = 0; i < concurrent; i++) {
            next(nanos, count, end, done);
        }
        done.await();
        if (print) {
            print(concurrent + " concurrent messages of 10 kB", Arrays.copyOf(nanos, (int) Math.min(count.get(), nanos.length)),
                    System.nanoTime() - start);
            System.out.printf("  %.1f us of CPU a message%n", (cpu() - cpu) / 1e3 / count.get());
        }
    }

    private static long cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private void next(long[] nanos, AtomicLong count, long end, CountDownLatch done) {
        var start = System.nanoTime();
        if (start > end) {
            done.countDown();
            return;
        }
        var incoming = spool.begin();
        incoming.append(PooledByteBufAllocator.DEFAULT.directBuffer(BODY).writeBytes(Unpooled.wrappedBuffer(body)));
        var envelope = Messages.to("recipient@example.org");
        incoming.commit(envelope).whenComplete((none, failed) -> {
            if (failed != null) {
                System.out.println(failed);
                done.countDown();
                return;
            }
            var at = (int) count.getAndIncrement();
            if (at < nanos.length) {
                nanos[at] = System.nanoTime() - start;
            }
            if (!keep) {
                spool.update(incoming.mid(), Map.of(0, Messages.delivered(envelope.recipients().getFirst())));
            }
            next(nanos, count, end, done);
        });
    }

    private static void print(String what, long[] nanos, long elapsed) {
        Arrays.sort(nanos);
        System.out.printf("%s: %.0f/s, p50 %.2f ms, p99 %.2f ms%n", what, nanos.length * 1e9 / elapsed, nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6);
    }
}
