package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** The threads that write, sync and remove files of bodies, and what a failure of theirs means. */
final class FileWriters implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FileWriters.class);
    /** Syncs at a time: the file system makes one of those that come together. */
    private static final int THREADS = 4;

    private final BodyFiles files;
    private final DiskSpace space;
    private final SpoolMetrics metrics;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().name("postern-spool-body-", 1).factory());

    FileWriters(BodyFiles files, DiskSpace space, SpoolMetrics metrics) {
        this.files = files;
        this.space = space;
        this.metrics = metrics;
    }

    BodyFiles files() {
        return files;
    }

    /** Something to do with a file. */
    interface Work {
        void run() throws IOException;
    }

    /** Does it on a thread of its own. @return fails with {@link SpoolException} */
    CompletableFuture<Void> run(long mid, Work work) {
        try {
            return CompletableFuture.runAsync(() -> {
                try {
                    work.run();
                } catch (IOException e) {
                    throw failure(mid, e);
                }
            }, threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new SpoolException("the spool is closed", false, e));
        }
    }

    /** Removes files of messages that are gone. */
    void delete(Collection<Long> gone) {
        threads.execute(() -> files.delete(gone));
    }

    private SpoolException failure(long mid, IOException cause) {
        metrics.failed();
        var text = String.valueOf(cause.getMessage());
        var full = SpoolFolder.isFull(text);
        if (full) {
            space.usedUp();
        }
        LOG.errorf("The spool cannot write the body of MID %d: %s. The message is refused (%s) and its sender tries again", mid, text, full ? "452" : "451");
        return new SpoolException("MID " + mid + ": " + (full ? "the spool's volume is full" : "the body could not be written: " + text), full, cause);
    }

    @Override
    public void close() {
        threads.close();
    }
}
