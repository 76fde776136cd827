package dev.postern.manifest;

import java.nio.file.Path;

/**
 * Something wrong with a manifest. Never holds a value of a Secret.
 *
 * @param line    from 1, or 0 where the whole file or folder is meant
 * @param field   path in the resource, such as {@code spec.hostAccess[0].senders[2]}, or empty where no field is meant
 * @param message what was wrong and what is allowed
 */
public record ManifestError(Path file, int line, String field, String message) {
    /** {@code folder/file.yaml:12: spec.port: 0 is less than 1}. */
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
