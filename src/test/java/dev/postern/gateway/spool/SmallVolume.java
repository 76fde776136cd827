package dev.postern.gateway.spool;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system in memory of a given size; tests that need one are skipped where this user may not mount. */
record SmallVolume(Path path) implements AutoCloseable {

    /** @param options of tmpfs, beginning with the size */
    static SmallVolume mount(Path path, String options) throws Exception {
        Files.createDirectories(path);
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=" + options, "tmpfs", path.toString()),
                "skipped: mounting a small tmpfs needs root (CAP_SYS_ADMIN)");
        return new SmallVolume(path);
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        run("umount", path.toString());
    }
}
