package dev.postern.testing.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** What is put under a program so that one folder of it fails when told to, and so that a power cut can be played on it. */
public final class FaultyDisk {
    private static final Path SOURCE = Path.of("src/test/native/faultydisk.c");
    private static final Path LIBRARY = Path.of("target/native/libfaultydisk.so");
    /** Room for every setting: what is written at once is read at once. */
    private static final int CONTROL_BYTES = 256;
    private static final int ENOSPC = 28;
    private static final int EROFS = 30;
    private static final int EIO = 5;
    private static final int EDQUOT = 122;

    /** What is wrong with it. */
    public enum Fault {
        NONE(""),
        /** No space, and statvfs says so. */
        FULL("write=%1$d\ncreate=%1$d\nfree=0\n".formatted(ENOSPC)),
        /** No space for this user, which statvfs knows nothing of. */
        OVER_QUOTA("write=%1$d\ncreate=%1$d\n".formatted(EDQUOT)),
        /** As after an error that made the system remount it. */
        READ_ONLY("write=%1$d\ncreate=%1$d\nopen=%1$d\nremove=%1$d\nsync=%1$d\n".formatted(EROFS)),
        FAILING_WRITES("write=%d\n".formatted(EIO)),
        FAILING_SYNCS("sync=%d\n".formatted(EIO));

        private final String settings;

        Fault(String settings) {
            this.settings = settings;
        }
    }

    private final Path root;
    private final Path journal;
    private final Path control;

    /**
     * A healthy disk.
     *
     * @param root  the folder that it holds; need not exist yet, but its parent must
     * @param beside a folder for journal and control file, not in {@code root}
     */
    public FaultyDisk(Path root, Path beside) throws IOException, InterruptedException {
        build();
        this.root = root.getParent().toRealPath().resolve(root.getFileName());
        Files.createDirectories(beside);
        journal = beside.toRealPath().resolve("journal");
        control = beside.toRealPath().resolve("control");
        Files.deleteIfExists(journal);
        heal();
    }

    /** Environment of the program to be started. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", LIBRARY.toAbsolutePath().toString(), "FAULTYDISK_ROOT", root.toString(), "FAULTYDISK_JOURNAL", journal.toString(),
                "FAULTYDISK_CONTROL", control.toString());
    }

    /** The folder itself: what a program that starts after kill -9 finds. */
    public Path root() {
        return root;
    }

    public Path journal() {
        return journal;
    }

    public void heal() throws IOException {
        set(Fault.NONE, Duration.ZERO);
    }

    public void fail(Fault fault) throws IOException {
        set(fault, Duration.ZERO);
    }

    /** From now on, every sync takes so long. */
    public void slow(Duration sync) throws IOException {
        set(Fault.NONE, sync);
    }

    private void set(Fault fault, Duration sync) throws IOException {
        String text = fault.settings + (sync.isZero() ? "" : "delay=" + sync.toMillis() + "\n");
        try (FileChannel channel = FileChannel.open(control, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap((text + "\n".repeat(CONTROL_BYTES - text.length())).getBytes(StandardCharsets.US_ASCII)), 0);
        }
    }

    private static synchronized void build() throws IOException, InterruptedException {
        Assumptions.assumeTrue("Linux".equals(System.getProperty("os.name")), "a library is preloaded under programs: Linux only");
        if (Files.exists(LIBRARY) && Files.getLastModifiedTime(LIBRARY).compareTo(Files.getLastModifiedTime(SOURCE)) >= 0) {
            return;
        }
        Files.createDirectories(LIBRARY.getParent());
        Path fresh = LIBRARY.resolveSibling("libfaultydisk-" + ProcessHandle.current().pid() + ".so");
        Process compiler;
        try {
            compiler = new ProcessBuilder("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", fresh.toString(),
                    SOURCE.toString(), "-ldl", "-lpthread").redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IllegalStateException("gcc is missing, and " + SOURCE + " must be compiled: apt install gcc libc6-dev (make test does it where it may)", e);
        }
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!compiler.waitFor(1, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
            throw new IllegalStateException(SOURCE + " does not compile (gcc and libc6-dev are needed):\n" + said);
        }
        Files.move(fresh, LIBRARY, StandardCopyOption.ATOMIC_MOVE);
    }
}
