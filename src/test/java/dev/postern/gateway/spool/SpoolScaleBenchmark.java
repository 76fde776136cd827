package dev.postern.gateway.spool;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a long queue costs: memory, disk, the scan at a start, a start after kill -9, a start after many messages went through. Each step is a
 * process of its own with the heap of a 512 MiB container. Arguments: folder, messages queued, messages that go through, and the folder of keys where it
 * is to be encrypted.
 */
final class SpoolScaleBenchmark {
    private static final int BODY = 1_000;
    private static final int PIECE = 64 << 10;
    private static final int BIG = 50_000_000;
    private static final int CONCURRENT = 2_000;
    private static final int LEFT_EVERY = 100_000;
    private static final String READY = "ready to be killed";

    private static List<String> keys;

    private SpoolScaleBenchmark() {
    }

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("step")) {
            step(args[1], Path.of(args[2]), Integer.parseInt(args[3]), args.length > 4 ? SpoolKeys.read(Path.of(args[4])) : SpoolKeys.NONE);
            return;
        }
        var folder = Path.of(args[0]);
        var queued = args[1];
        keys = args.length > 3 ? List.of(args[3]) : List.of();
        run(folder.resolve("big"), "big", "1");
        run(folder.resolve("queued"), "fill", queued);
        run(folder.resolve("queued"), "open", "0");
        run(folder.resolve("queued"), "drain", "100");
        run(folder.resolve("queued"), "open", "0");
        run(folder.resolve("through"), "through", args[2]);
        run(folder.resolve("through"), "open", "0");
    }

    /** Ends the step by kill -9 once it says so. */
    private static void run(Path folder, String step, String number) throws Exception {
        System.out.println("- " + step + " " + number);
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-Xmx205m", "-XX:+ExitOnOutOfMemoryError",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(SpoolScaleBenchmark.class.getName(), "step", step, folder.toString(), number));
        command.addAll(keys);
        var child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var lines = child.inputReader()) {
            for (var line = lines.readLine(); line != null && !line.equals(READY); line = lines.readLine()) {
                System.out.println("  " + line);
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static void step(String step, Path folder, int number, SpoolKeys keys) throws Exception {
        Store.load();
        var start = System.nanoTime();
        var spool = RocksSpool.open(folder, SpoolOptions.DEFAULTS, keys, e -> { }, d -> { }, new SimpleMeterRegistry());
        System.out.printf("open %.2f s, %d messages%n", seconds(start), spool.messages());
        start = System.nanoTime();
        switch (step) {
            case "big" -> big(spool);
            case "fill" -> pour(spool, number, 0);
            case "through" -> pour(spool, number, LEFT_EVERY);
            case "drain" -> drain(spool, number);
            default -> {
                scan(spool);
                scan(spool);
            }
        }
        System.out.printf("%s %.2f s%n", step, seconds(start));
        System.out.printf("%d messages, %.0f MB on disk%n", spool.messages(), bytes(folder) / 1e6);
        Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmHWM") || line.startsWith("VmRSS"))
                .forEach(System.out::println);
        System.out.println(READY);
        Thread.sleep(Long.MAX_VALUE);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static long bytes(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static void scan(RocksSpool spool) {
        var start = System.nanoTime();
        var cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        var seen = new AtomicLong();
        var first = new AtomicLong();
        spool.forEachPending(envelope -> {
            if (seen.incrementAndGet() == 1) {
                first.set(System.nanoTime());
            }
        });
        System.out.printf("scan of %d: first after %.3f s, all after %.2f s, %.2f s of it CPU%n", seen.get(), (first.get() - start) / 1e9, seconds(start),
                (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9);
    }

    private static void big(RocksSpool spool) throws Exception {
        var body = Messages.body(1, BIG);
        var mid = Messages.put(spool, body, PIECE, Messages.to("recipient@example.org"));
        for (var at = 0; at < BIG; at += PIECE) {
            var piece = Messages.read(spool, mid, at, PIECE);
            if (!Arrays.equals(piece, 0, piece.length, body, at, at + piece.length)) {
                throw new AssertionError("differs from " + at + " on");
            }
        }
        Messages.deliver(spool, mid);
    }

    static Envelope envelope(int number) {
        return new Envelope(0, 1_700_000_000_000L + number, "newsletter-" + number % 1000 + "@lists.example.com", 0, true, false, null, null, "public",
                List.of(Messages.recipient("first.last" + number + "@customer-" + number % 5000 + ".example.org")))
                .from(new Envelope.Origin("192.0.2." + number % 250, null, "20261122." + number + ".abcdef0123456789@lists.example.com"));
    }

    /** Commits messages, and delivers all but every so-manieth at once; none where that is 0. */
    private static void pour(RocksSpool spool, int count, int leftEvery) throws Exception {
        var body = Messages.body(1, BODY);
        var room = new Semaphore(CONCURRENT);
        var done = new CountDownLatch(count);
        for (var i = 0; i < count; i++) {
            room.acquire();
            var incoming = spool.begin();
            incoming.append(PooledByteBufAllocator.DEFAULT.directBuffer(BODY).writeBytes(body));
            var envelope = envelope(i);
            var keep = leftEvery == 0 || i % leftEvery == 0;
            incoming.commit(envelope).whenComplete((none, failed) -> {
                if (failed != null) {
                    System.out.println(failed);
                }
                if (!keep) {
                    spool.update(incoming.mid(), Map.of(0, Messages.delivered(envelope.recipients().getFirst())));
                }
                room.release();
                done.countDown();
            });
        }
        done.await(1, TimeUnit.HOURS);
        while (leftEvery > 0 && spool.messages() > count / leftEvery + 1) {
            Thread.sleep(10);
        }
    }

    /** Delivers all messages but {@code left}. */
    private static void drain(RocksSpool spool, int left) throws Exception {
        var mids = new long[Math.toIntExact(spool.messages())];
        var found = new AtomicInteger();
        spool.forEachPending(envelope -> mids[found.getAndIncrement()] = envelope.mid());
        var delivered = Map.of(0, Messages.delivered(Messages.recipient("recipient@example.org")));
        var room = new Semaphore(CONCURRENT);
        for (var i = left; i < found.get(); i++) {
            room.acquire();
            spool.update(mids[i], delivered).whenComplete((gone, failed) -> room.release());
        }
        while (spool.messages() > left) {
            Thread.sleep(10);
        }
    }
}
