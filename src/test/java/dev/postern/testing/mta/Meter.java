package dev.postern.testing.mta;

import dev.postern.testing.Cpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Processor time and memory of a server: all of its processes. Time is the kernel's count of a control group where one can be made, since some servers
 * (Exim) leave processes behind that nobody waits for, whose time no parent has; else that of the process tree.
 */
public final class Meter implements AutoCloseable {
    private static final long PERIOD_MS = 500;

    private final ProcessHandle process;
    private final Path group;
    private final Thread sampler;
    private volatile long peak;
    private volatile boolean ending;

    public Meter(ProcessHandle process) {
        this.process = process;
        group = group(process);
        sampler = Thread.ofPlatform().daemon().name("meter-" + process.pid()).start(this::sample);
    }

    /** Whether time is counted by a control group. */
    public boolean exact() {
        return group != null;
    }

    /** Seconds of user and system time so far. */
    public double seconds() {
        if (group == null) {
            return Cpu.seconds(process);
        }
        try {
            for (String line : Files.readAllLines(group.resolve("cpu.stat"))) {
                if (line.startsWith("usage_usec ")) {
                    return Long.parseLong(line.substring("usage_usec ".length())) / 1e6;
                }
            }
            throw new IllegalStateException("no usage_usec in " + group + "/cpu.stat");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Forgets the peak so far. */
    public void reset() {
        peak = memory();
    }

    /** Most MiB resident at a time since {@link #reset}, sampled; what processes share is counted once. */
    public double peakMiB() {
        peak = Math.max(peak, memory());
        return peak / 1024.0;
    }

    @Override
    public void close() throws InterruptedException {
        ending = true;
        sampler.interrupt();
        sampler.join();
    }

    /** Removes the control group, when the server is gone. */
    public void forget() {
        if (group != null) {
            group.toFile().delete();
        }
    }

    private void sample() {
        while (!ending) {
            peak = Math.max(peak, memory());
            try {
                Thread.sleep(PERIOD_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** KiB. */
    private long memory() {
        try (Stream<ProcessHandle> all = Stream.concat(Stream.of(process), process.descendants())) {
            return all.mapToLong(p -> proportional(p.pid())).sum();
        }
    }

    private static long proportional(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            return 0;   // it has just ended
        }
        return 0;
    }

    /** A group of version 2 with the process and all that it started and will start; null where none can be made. */
    private static Path group(ProcessHandle process) {
        for (String root : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
            if (Files.isRegularFile(Path.of(root, "cgroup.procs"))) {
                Path group = Path.of(root, "postern-bench-" + process.pid());
                try {
                    Files.createDirectories(group);
                    try (Stream<ProcessHandle> all = Stream.concat(Stream.of(process), process.descendants())) {
                        for (ProcessHandle each : all.toList()) {
                            Files.writeString(group.resolve("cgroup.procs"), Long.toString(each.pid()));
                        }
                    }
                    return group;
                } catch (IOException e) {
                    group.toFile().delete();
                }
            }
        }
        return null;
    }
}
