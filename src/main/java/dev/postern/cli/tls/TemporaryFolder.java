package dev.postern.cli.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that goes with its user. */
final class TemporaryFolder implements AutoCloseable {
    private final Path path = Files.createTempDirectory("postern-verify");

    TemporaryFolder() throws IOException {
        // the field says it all
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(path)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
