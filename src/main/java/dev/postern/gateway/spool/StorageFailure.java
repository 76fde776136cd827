package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;

/**
 * The time between a failed write and the next good one. The store stays open for reading, so deliveries go on. New data fails; what
 * became of deliveries is kept, within bounds, and written once storage is back. The writer's thread alone.
 */
final class StorageFailure {
    private static final Logger LOG = Logger.getLogger(StorageFailure.class);
    /** Opening writes a few small files. */
    private static final long LEAST_FREE = 4L << 20;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Store store;
    private final DiskSpace space;
    private final SpoolOptions options;
    private final List<Op<?>> kept = new ArrayList<>();
    private long keptBytes;
    private SpoolException exception;
    private int generation;
    private long pauseNanos;
    private long nextTry;

    StorageFailure(Store store, DiskSpace space, SpoolOptions options) {
        this.store = store;
        this.space = space;
        this.options = options;
    }

    boolean present() {
        return exception != null;
    }

    SpoolException exception() {
        return exception;
    }

    /** How often the store was reopened: what was not committed before is gone. */
    int generation() {
        return generation;
    }

    /**
     * A write failed. It may have reached the disk all the same; messages that are now said to have failed are looked for afterwards.
     *
     * @return those of {@code ops} that fail now
     */
    List<Op<?>> begin(RocksDBException cause, List<Op<?>> ops) {
        space.writeFailed(true);
        var full = SpoolFolder.isFull(cause) || measured() < LEAST_FREE;
        exception = new SpoolException(full ? "the spool's volume is full" : "storage failed: " + cause.getMessage(), full, cause);
        LOG.errorf("The spool cannot write: %s. Mail is refused for now (452) and accepted again once storage is back", cause.getMessage());
        pauseNanos = FIRST_PAUSE_NANOS;
        nextTry = System.nanoTime() + pauseNanos;
        var suspects = ops.stream().filter(Op.Commit.class::isInstance).map(op -> ((Op.Commit) op).envelope().mid()).toList();
        suspects.forEach(mid -> kept.add(new Op.Settle(mid)));
        return keep(ops);
    }

    /** @return those of {@code ops} that cannot wait */
    List<Op<?>> keep(List<Op<?>> ops) {
        var refused = new ArrayList<Op<?>>();
        for (var op : ops) {
            var room = kept.size() < options.queueLength() && keptBytes + op.bytes() <= options.groupBytes();
            if (op instanceof Op.Settle || op.outlastsFailure() && room) {
                kept.add(op);
                keptBytes += op.bytes();
            } else {
                refused.add(op);
            }
        }
        return refused;
    }

    /** Tries to open the store anew where that is due and has a chance. */
    boolean recover() {
        if (System.nanoTime() - nextTry < 0) {
            return false;
        }
        if (exception.full() && measured() < Math.max(LEAST_FREE, space.reserve() / 2)) {
            nextTry = System.nanoTime() + FIRST_PAUSE_NANOS;
            return false;
        }
        try {
            // Counted before: whatever becomes of it, what was not committed is dropped.
            generation++;
            store.reopen();
            return true;
        } catch (RocksDBException | SpoolOpenException | SpoolException e) {
            LOG.warnf("The spool is still not usable: %s", e.getMessage());
            pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2);
            nextTry = System.nanoTime() + pauseNanos;
            return false;
        }
    }

    /** Storage is back. @return what waited for it, in order */
    List<Op<?>> end() {
        LOG.infof("The spool writes again; %d operations waited for it", kept.size());
        exception = null;
        space.writeFailed(false);
        return abandon();
    }

    /** @return what is kept, which nobody looks after any more */
    List<Op<?>> abandon() {
        var waiting = List.copyOf(kept);
        kept.clear();
        keptBytes = 0;
        return waiting;
    }

    private long measured() {
        try {
            space.measure();
        } catch (RuntimeException e) {
            LOG.debug("Free space of the spool could not be measured", e);
        }
        return space.free();
    }
}
