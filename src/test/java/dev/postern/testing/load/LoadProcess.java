package dev.postern.testing.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The load tool, as a bench drives it. */
public final class LoadProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final int sink;

    /** Starts it, with a small heap: bodies are outside of it, and shared. */
    public LoadProcess() throws IOException {
        process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-Xms96m", "-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC",
                "-Dio.netty.leakDetection.level=disabled", "-cp", System.getProperty("java.class.path"), LoadTool.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        out = process.inputReader();
        sink = Integer.parseInt(answer());
    }

    /** Port of the sink: at 127.0.0.1, and at the address of each destination. */
    public int sink() {
        return sink;
    }

    /** Sends, and waits for the end. */
    public Outcome run(Load load) {
        start(load);
        return result();
    }

    /** Begins to send; returns at once. */
    public void start(Load load) {
        say(load.line());
    }

    /** Counts of the run that goes on, or of the last; no percentiles. */
    public Outcome soFar() {
        return Outcome.parse(say("sofar"));
    }

    /** Begins no further message; {@link #result} waits for those that were begun. */
    public void stop() {
        say("stop");
    }

    /** Waits until the run is over. */
    public Outcome result() {
        return Outcome.parse(say("result"));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private String say(String command) {
        try {
            process.outputWriter().write(command + "\n");
            process.outputWriter().flush();
            return answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String answer() throws IOException {
        String line = out.readLine();
        if (line == null || line.startsWith("error ")) {
            throw new IllegalStateException("the load tool: " + line);
        }
        return line;
    }
}
