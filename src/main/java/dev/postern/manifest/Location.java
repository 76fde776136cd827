package dev.postern.manifest;

import java.nio.file.Path;

/**
 * A place in a manifest.
 *
 * @param line from 1
 */
public record Location(Path file, int line) {
    /** {@code folder/file.yaml:12}. */
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
