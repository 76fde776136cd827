package dev.postern.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The programs of BIND, unpacked from Debian's packages and never installed. */
final class Bind {
    private static final Path ROOT = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), "bind");

    private Bind() {
    }

    /** Starts {@code named} with a configuration; what it says is in {@code log} beside that. */
    static Process named(Path configuration) throws IOException {
        return builder("usr/sbin/named", List.of("-g", "-n", "1", "-c", configuration.toString()))
                .redirectOutput(configuration.resolveSibling(configuration.getFileName() + ".log").toFile()).start();
    }

    /** Runs a program to its end, and gives what it wrote. */
    static String run(String program, String... arguments) throws IOException, InterruptedException {
        Process process = builder("usr/bin/" + program, List.of(arguments)).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(program + " " + String.join(" ", arguments) + ": " + output);
        }
        return output;
    }

    private static ProcessBuilder builder(String program, List<String> arguments) throws IOException {
        Path binary = ROOT.resolve(program);
        Assumptions.assumeTrue(Files.isExecutable(binary), "no BIND in " + ROOT + ": make test unpacks it on Debian and Ubuntu");
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        try (Stream<Path> folders = Files.list(ROOT.resolve("usr/lib"))) {
            builder.environment().put("LD_LIBRARY_PATH", folders.filter(f -> f.toString().endsWith("-linux-gnu")).map(Path::toString).collect(Collectors.joining(":")));
        }
        return builder;
    }
}
