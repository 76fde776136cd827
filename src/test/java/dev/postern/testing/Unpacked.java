package dev.postern.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs that {@code build/test-tools} unpacked and did not install. */
public final class Unpacked {
    private final Path root;

    private Unpacked(Path root) {
        this.root = root;
    }

    /** Those of a folder of the test cache; the test is left out where a program is not there. */
    public static Unpacked of(String folder, String program) {
        Path root = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), folder);
        Assumptions.assumeTrue(Files.isExecutable(root.resolve(program)), "no " + program + " in " + root + ": make test unpacks it on Debian and Ubuntu");
        return new Unpacked(root);
    }

    /** Its libraries, of whatever machine. */
    public Path libraries() throws IOException {
        try (Stream<Path> folders = Files.list(root.resolve("usr/lib"))) {
            return folders.filter(f -> f.getFileName().toString().endsWith("-linux-gnu")).findFirst().orElseThrow();
        }
    }

    public ProcessBuilder command(String program, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(root.resolve(program).toString()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("LD_LIBRARY_PATH", libraries().toString());
        return builder;
    }
}
