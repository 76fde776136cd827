package dev.postern.gateway.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;

/** Makes folders that outlive a power cut: a file is only as durable as the names on the way to it. */
public final class DurableFolder {
    private DurableFolder() {
    }

    /**
     * Makes {@code folder} and those above it that are missing; their names are synced when it returns.
     *
     * @return {@code folder}
     */
    public static Path make(Path folder, FileAttribute<?>... attributes) throws IOException {
        Path there = folder.toAbsolutePath().normalize();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        Files.createDirectories(folder, attributes);
        for (Path made = folder.toAbsolutePath().normalize(); !made.equals(there); made = made.getParent()) {
            sync(made.getParent());
        }
        syncIfAllowed(there.getParent());   // it may be what a process made that ended before this
        return folder;
    }

    /** The names in {@code folder} are on the disk when it returns. */
    public static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A folder that this user may not even read is none that it made anything in. */
    private static void syncIfAllowed(Path folder) throws IOException {
        if (folder == null) {
            return;
        }
        try {
            sync(folder);
        } catch (AccessDeniedException e) {
            // somebody else's
        }
    }
}
