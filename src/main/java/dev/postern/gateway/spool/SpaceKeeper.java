package dev.postern.gateway.spool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;
import org.rocksdb.RocksDBException;

/**
 * Has the space of removed messages given back when it is short, and when a long queue has become a short one, so that a start does not step over what
 * is gone; otherwise the store does so in its own time.
 */
final class SpaceKeeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SpaceKeeper.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** While mail is refused. */
    private static final long URGENT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int LONG_QUEUE = 50_000;
    /** A queue that falls below the eighth part is drained. */
    private static final int DRAINED = 8;

    private final Store store;
    private final DiskSpace space;
    private final LongSupplier messages;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile Thread thread;
    /** What the log said last: a full disk gives the same every three seconds. */
    private volatile String told = "";
    /** Most messages held since the last time. */
    private long most;
    private long last = System.nanoTime() - INTERVAL_NANOS;

    SpaceKeeper(Store store, DiskSpace space, LongSupplier messages) {
        this.store = store;
        this.space = space;
        this.messages = messages;
    }

    /** Called after each measurement. */
    void look() {
        var now = System.nanoTime();
        var interval = space.closedForNew() ? URGENT_NANOS : INTERVAL_NANOS;
        var held = messages.getAsLong();
        most = Math.max(most, held);
        var drained = most >= LONG_QUEUE && held < most / DRAINED;
        if ((drained || space.free() < 2 * space.reserve()) && now - last >= interval && running.compareAndSet(false, true)) {
            last = now;
            most = held;
            thread = Thread.ofPlatform().daemon().name("postern-spool-compact").start(this::compact);
        }
    }

    private void compact() {
        try {
            store.compact();
            told = "";
        } catch (RocksDBException | Spool.SpoolException e) {
            var why = String.valueOf(e.getMessage());
            LOG.logf(why.equals(told) ? Level.DEBUG : Level.INFO, "Space of removed messages could not be given back: %s", why);
            told = why;
        } finally {
            running.set(false);
        }
    }

    /** Nothing is started any more; a compaction under way ends with the store. */
    @Override
    public void close() {
        var started = thread;
        if (started != null && started.isAlive()) {
            store.stopBackgroundWork();
        }
    }
}
