package dev.postern.gateway.spool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;

/** Has the space of removed bodies given back when it is short; otherwise the store does so in its own time. */
final class SpaceKeeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SpaceKeeper.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** While mail is refused. */
    private static final long URGENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Store store;
    private final DiskSpace space;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile Thread thread;
    private long last = System.nanoTime() - INTERVAL_NANOS;

    SpaceKeeper(Store store, DiskSpace space) {
        this.store = store;
        this.space = space;
    }

    /** Called after each measurement. */
    void look() {
        var now = System.nanoTime();
        var interval = space.closedForNew() ? URGENT_NANOS : INTERVAL_NANOS;
        if (space.free() < 2 * space.reserve() && now - last >= interval && running.compareAndSet(false, true)) {
            last = now;
            thread = Thread.ofPlatform().daemon().name("postern-spool-compact").start(this::compact);
        }
    }

    private void compact() {
        try {
            store.compactBodies();
        } catch (RocksDBException | Spool.SpoolException e) {
            LOG.infof("Space of removed messages could not be given back: %s", e.getMessage());
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
