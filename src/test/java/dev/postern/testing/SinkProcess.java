package dev.postern.testing;

import dev.postern.cli.catcher.CatcherServer;
import dev.postern.pki.issue.Authority;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A mail server in a process of its own, so that its work is not counted as anybody else's; it may refuse to resume sessions. */
public final class SinkProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final int port;

    /** @param resumes whether a session that it made before can be resumed */
    public SinkProcess(boolean resumes) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-Djdk.tls.server.enableSessionTicketExtension=" + resumes, "-Djdk.tls.server.newSessionTicketCount=" + (resumes ? 1 : 0), "-cp",
                System.getProperty("java.class.path"), SinkProcess.class.getName()));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        out = process.inputReader();
        port = Integer.parseInt(out.readLine());
    }

    public int port() {
        return port;
    }

    /** Messages that it took so far. */
    public long messages() throws IOException {
        process.outputWriter().write("\n");
        process.outputWriter().flush();
        return Long.parseLong(out.readLine());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Prints its port, and for every line that comes in how many messages it took. */
    public static void main(String... args) throws Exception {
        var authority = new Authority("Sink", Instant.now(), Duration.ofDays(2));
        AtomicLong messages = new AtomicLong();
        var server = new CatcherServer(0, "sink.test", Tls.server(authority.issue(List.of("sink.test"), Duration.ofDays(1))), caught -> messages.incrementAndGet());
        System.out.println(server.port());
        while (System.in.read() >= 0) {
            System.out.println(messages.get());
        }
        server.close();
        new CountDownLatch(0).await();
    }
}
