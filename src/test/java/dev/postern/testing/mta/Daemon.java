package dev.postern.testing.mta;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server that runs in the foreground and writes its log to a file. */
final class Daemon implements AutoCloseable {
    private final Process process;

    /**
     * Starts it, and waits until it greets.
     *
     * @param home where its log goes, as {@code log}
     */
    Daemon(Path home, int port, List<String> command) throws IOException {
        Path log = home.resolve("log");
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        try {
            Awaitility.await(command.getFirst() + " listens on " + port).atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                    .until(() -> greets(port) || !process.isAlive());
            if (!process.isAlive()) {
                throw new IllegalStateException(command.getFirst() + " ended: " + tail(log));
            }
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** kill -9, of all of it. */
    void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private static boolean greets(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            return socket.getInputStream().read() == '2';
        } catch (IOException e) {
            return false;
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }
}
