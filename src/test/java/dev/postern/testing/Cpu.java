package dev.postern.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time of a process and all that it started, from the kernel. */
public final class Cpu {
    /** Of Linux, on every machine that Java runs on today. */
    private static final double TICKS_PER_SECOND = 100;

    private Cpu() {
    }

    /** Seconds since the start; children that have ended are counted with the parent that waited for them. */
    public static double seconds(ProcessHandle process) {
        return own(process) + process.descendants().mapToDouble(Cpu::own).sum();
    }

    private static double own(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = 0;
            for (int i = 11; i <= 14; i++) {   // utime, stime, cutime, cstime
                ticks += Long.parseLong(fields[i]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0;   // it has just ended; its parent has its time
        } catch (RuntimeException e) {
            throw new UncheckedIOException(new IOException("/proc/" + process.pid() + "/stat: " + e, e));
        }
    }
}
