package dev.postern.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole folders. */
public final class Folders {
    private Folders() {
    }

    /** Copies {@code from} with all that it holds; {@code to} must not exist. */
    public static void copy(Path from, Path to) throws IOException {
        for (Path one : all(from)) {
            Files.copy(one, to.resolve(from.relativize(one).toString()));
        }
    }

    /** Deletes it with all that it holds, if it is there. */
    public static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path one : all(folder).reversed()) {
                Files.delete(one);
            }
        }
    }

    private static List<Path> all(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.sorted(Comparator.naturalOrder()).toList();
        }
    }
}
