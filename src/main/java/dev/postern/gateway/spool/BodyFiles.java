package dev.postern.gateway.spool;

import dev.postern.gateway.disk.DurableFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.jboss.logging.Logger;

/**
 * Bodies of large messages, a file each, beside the store: the store would write each of them two or three times, and give their space back
 * late. A file holds framed {@link Chunk}s, each at a multiple of {@link Chunk#FRAMED}, or encrypted ones, each at a multiple of the length of a full one. It is synced before the envelope that makes it a
 * message, and removed after the removal of the envelope is. What has no envelope when the spool is opened is removed. Safe for use by many
 * threads; one at a time for one message.
 */
final class BodyFiles {
    private static final Logger LOG = Logger.getLogger(BodyFiles.class);

    static final String FOLDER = "bodies";

    private final Path folder;
    private final Sealing sealing;
    /** Messages that have a file. */
    private final Set<Long> mids = ConcurrentHashMap.newKeySet();
    private final Object folderSync = new Object();
    private long made;
    private long synced;

    private BodyFiles(Path folder, Sealing sealing) {
        this.folder = folder;
        this.sealing = sealing;
    }

    /**
     * @param known whether a MID has an envelope
     * @throws SpoolOpenException where the folder cannot be used
     */
    static BodyFiles open(Path spool, Sealing sealing, LongPredicate known) throws SpoolOpenException {
        var files = new BodyFiles(spool.resolve(FOLDER), sealing);
        try {
            DurableFolder.make(files.folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (var found = Files.newDirectoryStream(files.folder)) {
                for (var file : found) {
                    files.take(file, known);
                }
            }
            return files;
        } catch (IOException e) {
            throw new SpoolOpenException("folder " + files.folder + " of the spool cannot be used: " + e.getMessage(), e);
        }
    }

    /** The highest MID that has a file below a spool's folder, or 0. */
    static long lastMid(Path spool) {
        var last = 0L;
        try (var found = Files.newDirectoryStream(spool.resolve(FOLDER), "[0-9]*")) {
            for (var file : found) {
                last = Math.max(last, mid(file));
            }
        } catch (IOException | DirectoryIteratorException e) {
            // not there yet; and what else is wrong, open() tells
        }
        return last;
    }

    /** The message whose file it is; negative for a file that is not ours. */
    private static long mid(Path file) {
        try {
            return Long.parseLong(file.getFileName().toString());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void take(Path file, LongPredicate known) throws IOException {
        var mid = mid(file);
        if (mid < 0) {
            return;
        }
        if (known.test(mid)) {
            mids.add(mid);
        } else {
            Files.delete(file);
        }
    }

    /** Whether the body of a message is here. */
    boolean has(long mid) {
        return mids.contains(mid);
    }

    /** A file for a message on its way in; nobody else can read it. */
    Body create(long mid) throws IOException {
        var channel = FileChannel.open(path(mid), Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        mids.add(mid);
        long ticket;
        synchronized (this) {
            ticket = ++made;
        }
        return new Body(mid, channel, ticket);
    }

    /** Copies a chunk into {@code into}. @return its length, or a negative number where it is not there */
    int read(long mid, int number, ByteBuffer into) throws IOException {
        try (var channel = FileChannel.open(path(mid), StandardOpenOption.READ)) {
            var at = number * slot(mid);
            var length = 0;
            for (int n; into.hasRemaining() && (n = channel.read(into, at + length)) > 0;) {
                length += n;
            }
            return length == 0 ? -1 : length;
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    /** The message is gone; its file goes with {@link #delete}. */
    void forget(long mid) {
        mids.remove(mid);
    }

    /** Removes files of messages that are gone. */
    void delete(Collection<Long> gone) {
        for (var mid : gone) {
            try {
                forget(mid);
                Files.deleteIfExists(path(mid));
            } catch (IOException e) {
                LOG.warnf("The body of MID %d, which is gone, could not be removed; the next start removes it: %s", mid, e.getMessage());
            }
        }
    }

    private long slot(long mid) {
        return sealing.encrypted(mid) ? Chunk.FRAMED + Sealing.OVERHEAD : Chunk.FRAMED;
    }

    private Path path(long mid) {
        return folder.resolve(Long.toString(mid));
    }

    /** Makes the names of all files durable that were made up to {@code ticket}: one sync does for all who wait. */
    private void syncFolder(long ticket) throws IOException {
        synchronized (folderSync) {
            if (synced >= ticket) {
                return;
            }
            long upTo;
            synchronized (this) {
                upTo = made;
            }
            DurableFolder.sync(folder);
            synced = upTo;
        }
    }

    /** The file of a message on its way in. */
    final class Body {
        private final long mid;
        private final FileChannel channel;
        private final long ticket;

        private Body(long mid, FileChannel channel, long ticket) {
            this.mid = mid;
            this.channel = channel;
            this.ticket = ticket;
        }

        void write(Chunk chunk) throws IOException {
            var bytes = sealing.seal(mid, chunk.number(), chunk.framed().nioBuffer());
            for (var at = chunk.number() * slot(mid); bytes.hasRemaining();) {
                at += channel.write(bytes, at);
            }
        }

        /** Makes it durable; nothing can be written any more. */
        void sync() throws IOException {
            try (channel) {
                channel.force(false);
            }
            syncFolder(ticket);
        }

        void discard() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("A file that is not wanted was not closed", e);
            }
            delete(Set.of(mid));
        }
    }
}
