package dev.postern.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A place for a daemon that has its users and folders compiled in: a mount namespace in which they exist, and whose other files are
 * the machine's. Needs root and Linux. Nothing outlives it, and nothing of it is seen outside.
 */
final class Enclosure implements AutoCloseable {
    /** Where servers have their folders: one that other users can get at. */
    static final Path FOLDER = Path.of(System.getProperty("postern.testing.folder", "/tmp"));
    private static final int FIRST_ID = 64_900;

    private final Path home;
    private final Path cache;
    private Process process;

    /**
     * @param program name of the package's folder under the tests' cache
     * @param binary  that must be there
     * @param users   and groups that must exist
     */
    Enclosure(String program, String binary, String... users) throws IOException {
        cache = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), program);
        Assumptions.assumeTrue(Files.isExecutable(cache.resolve(binary)), "no " + binary + " in " + cache + ": make test unpacks it on Debian and Ubuntu");
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")) && mounts(), "a mount namespace needs root, and CAP_SYS_ADMIN");
        home = Files.createTempDirectory(FOLDER, program);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        StringBuilder passwords = new StringBuilder(Files.readString(Path.of("/etc/passwd")));
        StringBuilder groups = new StringBuilder(Files.readString(Path.of("/etc/group")));
        for (int i = 0; i < users.length; i++) {
            passwords.append("%s:x:%d:%d::/nonexistent:/usr/sbin/nologin\n".formatted(users[i], FIRST_ID + i, FIRST_ID + i));
            groups.append("%s:x:%d:\n".formatted(users[i], FIRST_ID + i));
        }
        Files.writeString(home.resolve("passwd"), passwords);
        Files.writeString(home.resolve("group"), groups);
    }

    private static boolean mounts() throws IOException {
        try {
            return new ProcessBuilder("unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt").redirectErrorStream(true).start().waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Path home() {
        return home;
    }

    /** Where the package was unpacked. */
    Path cache() {
        return cache;
    }

    /** Folder of the libraries that the machine lacks and that were unpacked with the program; copies, for its user may not read the cache. */
    String libraries() throws IOException {
        Path copies = Files.createDirectory(home.resolve("lib"));
        try (Stream<Path> all = Files.walk(cache.resolve("usr"))) {
            for (Path library : all.filter(f -> f.getFileName().toString().contains(".so")).toList()) {
                Files.copy(library, copies.resolve(library.getFileName()));
            }
        }
        return copies.toString();
    }

    void write(String name, String text) throws IOException {
        Files.writeString(home.resolve(name), text);
        Files.setPosixFilePermissions(home.resolve(name), PosixFilePermissions.fromString("rw-r--r--"));
    }

    /**
     * Starts the daemon, and waits until it greets on a port.
     *
     * @param prepare shell commands, run in the namespace before: {@code /var/lib}, {@code /var/spool} and {@code /run} are empty there
     */
    void start(int port, Map<String, String> environment, String prepare, String... command) throws IOException {
        write("enter", """
                set -e
                mount --bind %1$s/passwd /etc/passwd
                mount --bind %1$s/group /etc/group
                for folder in /var/lib /var/spool /run; do mount -t tmpfs -o mode=755 tmpfs $folder; done
                %2$s
                exec "$@"
                """.formatted(home, prepare));
        List<String> whole = new ArrayList<>(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", home + "/enter"));
        whole.addAll(List.of(command));
        whole.addFirst("sh");
        // The daemon ends when the pipe from us does, however we end: its namespace's first process is killed, since one that changed its user outlives unshare.
        whole.addAll(1, List.of("-c", "exec 3<&0; \"$@\" </dev/null & pid=$!; { cat <&3 >/dev/null; kill -9 $(cat /proc/$pid/task/$pid/children) $pid; } 2>/dev/null & wait $pid", "enclosure"));
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(home.resolve("out").toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        Awaitility.await(command[0] + " listens on " + port).atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(command[0] + " ended: " + text("out") + text("log/mainlog") + text("log/paniclog"));
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.getInputStream().read() == '2';
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Of which the daemon and all of its processes are descendants. */
    ProcessHandle process() {
        return process.toHandle();
    }

    /** A file of the home folder, or nothing where there is none. */
    String text(String name) {
        try {
            return Files.isRegularFile(home.resolve(name)) ? Files.readString(home.resolve(name)) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (process != null) {
            process.getOutputStream().close();
            process.waitFor();
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
