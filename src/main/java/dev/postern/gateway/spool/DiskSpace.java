package dev.postern.gateway.spool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Free space of the spool's volume, measured on a thread of its own twice a second; what was written since then is taken off, and what waits to be. New
 * messages stop at the reserve, bodies under way at half of it: the rest is for the outcome of deliveries, which is what frees space.
 */
final class DiskSpace implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DiskSpace.class);
    private static final long INTERVAL_MILLIS = 500;
    /** With less, a volume that was found full still is. */
    private static final long LEAST_FREE = 4L << 20;
    /** From one line of the log about too little to the next: what is free may go up and down around the reserve. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** May be negative: what is free does not suffice for what is to be written. */
    private final LongSupplier measure;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong coming = new AtomicLong();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("postern-spool-space").factory());
    private volatile long usable;
    private volatile long reserve;
    private volatile boolean writeFailed;
    private volatile boolean usedUp;
    /** The clock's own: so that a lasting error is logged once. */
    private boolean unmeasured;
    /** The clock's own: whether the log said last that there is too little, and when it last did. */
    private boolean toldShort;
    private long toldAt = System.nanoTime() - SILENCE_NANOS;

    DiskSpace(LongSupplier measure) {
        this.measure = measure;
        usable = measure.getAsLong();
    }

    /** Bytes that this user may still write to the volume of {@code folder}. */
    static LongSupplier of(Path folder) {
        return () -> {
            try {
                return Files.getFileStore(folder).getUsableSpace();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** Measures from now on; {@code afterwards} runs after each measurement and must be short. */
    void start(Runnable afterwards) {
        clock.scheduleWithFixedDelay(() -> {
            try {
                measure();
                unmeasured = false;
                tell();
                afterwards.run();
            } catch (RuntimeException e) {
                if (!unmeasured) {
                    LOG.warn("Free space of the spool cannot be measured; the last figure stands", e);
                }
                unmeasured = true;
            }
        }, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tell() {
        var tooLittle = tooLittle(reserve);
        if (tooLittle == toldShort || tooLittle && System.nanoTime() - toldAt < SILENCE_NANOS) {
            return;
        }
        toldShort = tooLittle;
        if (tooLittle) {
            toldAt = System.nanoTime();
            LOG.warnf("The spool is short of space: %d MiB are free, %d are the reserve. Mail is refused for now (452) and accepted again once storage is back", free() >> 20, reserve >> 20);
        } else {
            LOG.infof("The spool has space again: %d MiB are free", free() >> 20);
        }
    }

    synchronized void measure() {
        var before = taken.get();
        usable = measure.getAsLong();
        taken.addAndGet(-before);
        usedUp &= usable < LEAST_FREE;
    }

    void reserve(long bytes) {
        reserve = Math.max(0, bytes);
    }

    long reserve() {
        return reserve;
    }

    /** So much was written to the log, and will be written once more, to a data file. */
    void accepted(long bytes) {
        taken.addAndGet(2 * bytes);
    }

    /** Bytes wait to be written; as many less than nothing, once they do not any more. */
    void coming(long bytes) {
        coming.addAndGet(bytes);
    }

    /** Bytes that are free as far as is known. */
    long free() {
        return Math.max(0, usable - taken.get() - coming.get());
    }

    /** Whether no new message may come in. */
    boolean closedForNew() {
        return writeFailed || tooLittle(reserve);
    }

    /** Whether not even a message under way may go on. */
    boolean closedForAll() {
        return writeFailed || tooLittle(reserve / 2);
    }

    private boolean tooLittle(long wanted) {
        return usedUp || free() < wanted;
    }

    /** A write outside the store found the volume full. */
    void usedUp() {
        usedUp = true;
    }

    void writeFailed(boolean failed) {
        writeFailed = failed;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
