package dev.postern.testing;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What figures were measured on. */
public final class Machine {
    private Machine() {
    }

    /** One line: processor, cores, memory, file system of a folder, kernel, Java. */
    public static String line(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        return "%s, %d cores, %d GiB of memory; %s on %s; Linux %s; Java %s".formatted(field("/proc/cpuinfo", "model name"), Runtime.getRuntime().availableProcessors(),
                (Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) + (1 << 19)) >> 20, store.type(), store.name(), System.getProperty("os.version"),
                Runtime.version());
    }

    /** Refuses a folder in memory: what is synced there is on no disk. */
    public static void mustBeOnDisk(Path folder) throws IOException {
        String type = Files.getFileStore(folder).type();
        if (type.equals("tmpfs") || type.equals("ramfs")) {
            throw new IllegalStateException(folder + " is in memory (" + type + "): name a folder on a disk, that any user can enter, in POSTERN_BENCH_FOLDER");
        }
    }

    private static String field(String file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(l -> l.startsWith(name)).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip()).orElse("unknown");
        }
    }
}
