package dev.postern.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs that others wrote, run in a folder and to their end. */
public final class Command {
    private static final int SECONDS = 120;

    private Command() {
    }

    /** Leaves the test out where a program is missing. */
    public static void assumeInstalled(String program) {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(d -> Files.isExecutable(Path.of(d, program))), program + " is not installed");
    }

    /** The keytool of the JDK that runs the tests. */
    public static String keytool() {
        return Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    }

    /**
     * Runs a command with nothing to read.
     *
     * @return what it wrote, errors included
     * @throws AssertionError with what it wrote, where it failed
     */
    public static String run(Path folder, String... command) {
        Result result = attempt(folder, command);
        if (result.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + result.exitCode() + ":\n" + result.output());
        }
        return result.output();
    }

    /** As {@link #run}, whatever the outcome. */
    public static Result attempt(Path folder, String... command) {
        try {
            Path output = Files.createTempFile(folder, "output", ".txt");
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile()).redirectOutput(output.toFile()).start();
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = Files.readString(output, StandardCharsets.ISO_8859_1);
            if (!ended) {
                throw new AssertionError(String.join(" ", command) + " did not end within " + SECONDS + " s:\n" + text);
            }
            return new Result(process.exitValue(), text);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How a program ended, and what it wrote. */
    public record Result(int exitCode, String output) {
    }
}
