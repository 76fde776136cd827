package dev.postern.cli.cert.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/** Files that are written whole or not at all. */
public final class OwnFiles {
    private OwnFiles() {
    }

    /**
     * Writes a file, or replaces it, in one step.
     *
     * @param secret whether nobody but its owner may read it, at any moment: 0600; otherwise what the umask says
     */
    public static void write(Path file, byte[] contents, boolean secret) throws IOException {
        // Hidden, so that nobody takes it for a manifest.
        Path fresh = file.toAbsolutePath().resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var permissions = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(secret ? "rw-------" : "rw-rw-rw-"));
        try {
            try (var channel = Files.newByteChannel(fresh, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions)) {
                for (ByteBuffer rest = ByteBuffer.wrap(contents); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
