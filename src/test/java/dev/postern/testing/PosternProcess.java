package dev.postern.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The packaged program, run as its users run it: a process of its own, told what to do by arguments and environment. */
public final class PosternProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private PosternProcess(Process process, String name) {
        this.process = process;
        Thread reader = new Thread(() -> read(process, name), name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts {@code postern ARGUMENTS}; standard output and error are kept together. */
    public static PosternProcess start(Map<String, String> environment, String... arguments) throws IOException {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(JAR + " is not built: these tests run in mvn verify");
        }
        List<String> command = new ArrayList<>(java("-Xmx205m"));
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new PosternProcess(builder.start(), arguments[0]);
    }

    /** The Java of this test with the options that the image has for the roles that stay, and more. */
    public static List<String> java(String... more) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC", "-XX:TrimNativeHeapInterval=10000", "-Xms8m", "-Dio.netty.allocator.useCacheForAllThreads=false", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of(more));
        return command;
    }

    /** A TCP port that was free a moment ago, and that no outgoing connection takes meanwhile: those have ports from 32768 on. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken: another
            }
        }
    }

    /** Everything that it printed so far. */
    public List<String> lines() {
        return lines;
    }

    /** Waits for a line and returns it; fails with all output when the process ends or a minute passes first. */
    public String awaitLine(String what, Predicate<String> wanted) {
        return awaitLine(what, 0, wanted);
    }

    /** As {@link #awaitLine(String, Predicate)}, among the lines from {@code from} on. */
    public String awaitLine(String what, int from, Predicate<String> wanted) {
        try {
            Awaitility.await(what).atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(20))
                    .until(() -> find(from, wanted) != null || !process.isAlive());
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("no line with " + what + " in:\n" + String.join("\n", lines), e);
        }
        String found = find(from, wanted);
        if (found == null) {
            throw new AssertionError("ended with " + process.exitValue() + " before " + what + ":\n" + String.join("\n", lines));
        }
        return found;
    }

    public boolean alive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** kill -9: nothing gets to finish. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** SIGTERM, and its exit code; kill -9 after half a minute. */
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            kill();
            throw new AssertionError("did not stop on SIGTERM:\n" + String.join("\n", lines));
        }
        return process.exitValue();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end:\n" + String.join("\n", lines));
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private static PrintWriter log(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return new PrintWriter(Files.newBufferedWriter(file), true);
    }

    private String find(int from, Predicate<String> wanted) {
        for (int i = from; i < lines.size(); i++) {
            if (wanted.test(lines.get(i))) {
                return lines.get(i);
            }
        }
        return null;
    }

    /** Keeps every line, in a file too: what a failed test on another machine leaves to look at. */
    private void read(Process process, String name) {
        Path copy = Path.of("target", "processes", name + "-" + process.pid() + ".log");
        try (BufferedReader reader = process.inputReader(); PrintWriter log = log(copy)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                log.println(line);
            }
        } catch (IOException e) {
            lines.add("(output ended: " + e.getMessage() + ")");
        }
    }
}
