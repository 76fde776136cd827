package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * The one thread that writes. It takes all operations that wait, writes them as one and syncs them where one of them asks for it: while
 * the disk is busy with a group, the next one gathers by itself.
 */
final class SpoolWriter {
    private static final Logger LOG = Logger.getLogger(SpoolWriter.class);
    private static final int GROUP_OPERATIONS = 4_096;
    private static final long IDLE_MILLIS = 1_000;
    private static final long FAILED_MILLIS = 100;
    /** Flushes that lag behind for so long are taken for a failure. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long STALL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Store store;
    private final SpoolOptions options;
    private final MidSequence mids;
    private final Quarantine quarantine;
    private final FileWriters files;
    private final DiskSpace space;
    private final SpoolMetrics metrics;
    /** Runs completions, in the order of the groups, off this thread. */
    private final Consumer<Runnable> completions;
    private final Consumer<Envelope> onCommitted;
    private final LinkedBlockingQueue<Op<?>> queue = new LinkedBlockingQueue<>();
    private final EnvelopeCache cache = new EnvelopeCache();
    private final WriteBatch batch = new WriteBatch();
    private final SlowDisk slowDisk = new SlowDisk();
    private final StorageFailure failure;
    /** Files of messages whose removal is written and perhaps not durable: a power cut might bring the messages back, but not their bodies. */
    private List<Long> filesGone = new ArrayList<>();
    private final Thread thread;
    private volatile long messages;
    private volatile long held;
    private volatile boolean closing;
    private volatile boolean ended;

    SpoolWriter(Store store, SpoolOptions options, MidSequence mids, Quarantine quarantine, FileWriters files, DiskSpace space, SpoolMetrics metrics,
            Consumer<Runnable> completions, Consumer<Envelope> onCommitted, long messages, long held) {
        this.store = store;
        this.options = options;
        this.mids = mids;
        this.quarantine = quarantine;
        this.files = files;
        this.space = space;
        this.metrics = metrics;
        this.completions = completions;
        this.onCommitted = onCommitted;
        this.messages = messages;
        this.held = held;
        failure = new StorageFailure(store, space, options);
        thread = Thread.ofPlatform().name("postern-spool-writer").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    long messages() {
        return messages;
    }

    /** Messages on hold. */
    long held() {
        return held;
    }

    /**
     * Hands an operation to the writer, which releases its buffers and completes it. Aborts and marks are always taken: there is one for
     * a message at most.
     *
     * @return false where it was refused and has failed already
     */
    boolean submit(Op<?> op) {
        var optional = !(op instanceof Op.Abort || op instanceof Op.Mark);
        if (closing || optional && queue.size() >= options.queueLength()) {
            refuse(op, new SpoolException(closing ? "the spool is closed" : "the spool has " + options.queueLength() + " writes waiting", false, null));
            return false;
        }
        op.waitsFor(space);
        queue.add(op);
        if (ended && queue.remove(op)) {
            refuse(op, new SpoolException("the spool is closed", false, null));
            return false;
        }
        return true;
    }

    private static void refuse(Op<?> op, Throwable cause) {
        op.release();
        op.fail(cause);
    }

    private void run() {
        try {
            while (true) {
                var first = queue.poll(failure.present() ? FAILED_MILLIS : IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (failure.present()) {
                    duringFailure(first);
                } else if (first != null) {
                    write(gather(first));
                } else if (!filesGone.isEmpty()) {
                    syncRemovals();
                }
                if (closing && queue.isEmpty()) {
                    break;
                }
            }
            finish();
        } catch (InterruptedException e) {
            LOG.error("The spool's writer was interrupted; nothing more is written", e);
        } finally {
            ended = true;
            var closed = new SpoolException("the spool is closed", false, null);
            failure.abandon().forEach(op -> refuseLater(op, closed));
            for (var op = queue.poll(); op != null; op = queue.poll()) {
                refuseLater(op, closed);
            }
            batch.close();
        }
    }

    private List<Op<?>> gather(Op<?> first) {
        var ops = new ArrayList<Op<?>>();
        var bytes = 0L;
        for (Op<?> op = first; op != null; op = queue.poll()) {
            ops.add(op);
            bytes += op.bytes();
            if (ops.size() >= GROUP_OPERATIONS || bytes >= options.groupBytes()) {
                break;
            }
        }
        return ops;
    }

    /** Writes a group. Whatever goes wrong fails operations, never this thread. */
    private void write(List<Op<?>> ops) {
        var taken = new ArrayList<Op<?>>(ops.size());
        try {
            batch.clear();
            var group = new Group(store, batch, cache, quarantine, files.files(), failure.generation());
            for (var op : ops) {
                add(op, group, taken);
            }
            group.finish(messages, held);
            if (!group.isEmpty()) {
                var since = System.nanoTime();
                writePatiently(group.isDurable());
                slowDisk.wrote(System.nanoTime() - since);
                messages += group.written();
                held = Math.max(0, held + group.heldDelta());
                metrics.group(taken.size());
            }
            filesGone.addAll(group.filesGone());
            if (group.isDurable()) {
                removeFiles();
            }
            taken.forEach(op -> space.accepted(op.bytes()));
            taken.forEach(Op::release);
            completions.accept(() -> taken.forEach(this::complete));
        } catch (RocksDBException e) {
            cache.clear();
            metrics.failed();
            fail(failure.begin(e, taken), failure.exception());
        } catch (RuntimeException | Error e) {
            LOG.error("A write to the spool failed in an unexpected way", e);
            cache.clear();
            fail(ops, new SpoolException("the spool could not write: " + e, false, e));
        }
    }

    private void syncRemovals() {
        try {
            store.sync();
            removeFiles();
        } catch (RocksDBException e) {
            metrics.failed();
            failure.begin(e, List.of());
        }
    }

    private void removeFiles() {
        if (!filesGone.isEmpty()) {
            var gone = filesGone;
            filesGone = new ArrayList<>();
            files.delete(gone);
        }
    }

    private void add(Op<?> op, Group group, List<Op<?>> taken) {
        try {
            op.apply(group);
            taken.add(op);
        } catch (RocksDBException e) {
            refuseLater(op, new SpoolException("the spool could not be read: " + e.getMessage(), false, e));
        } catch (SpoolException | IllegalArgumentException e) {
            refuseLater(op, e);
        }
    }

    /** A write that would have to wait for a flush comes back at once, so that a full disk is told from a slow one. */
    private void writePatiently(boolean sync) throws RocksDBException {
        for (var since = System.nanoTime();;) {
            try {
                store.write(batch, sync);
                return;
            } catch (RocksDBException e) {
                var stalled = e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
                if (!stalled || System.nanoTime() - since > STALL_NANOS) {
                    throw e;
                }
                LockSupport.parkNanos(STALL_PAUSE_NANOS);
            }
        }
    }

    private void complete(Op<?> op) {
        Envelope committed = switch (op) {
            case Op.Commit commit -> {
                metrics.committed(System.nanoTime() - commit.since);
                yield commit.envelope();
            }
            case Op.Update update -> update.dsn();
            default -> null;
        };
        if (committed != null) {
            try {
                onCommitted.accept(committed);
            } catch (RuntimeException e) {
                LOG.errorf(e, "MID %d is on disk, but its delivery could not be scheduled before the next start", committed.mid());
            }
        }
        op.complete();
    }

    private void fail(List<Op<?>> ops, Throwable cause) {
        ops.forEach(op -> refuseLater(op, cause));
    }

    private void refuseLater(Op<?> op, Throwable cause) {
        op.release();
        completions.accept(() -> op.fail(cause));
    }

    private void duringFailure(Op<?> first) {
        if (first != null) {
            fail(failure.keep(gather(first)), failure.exception());
        }
        if (!failure.recover()) {
            return;
        }
        try {
            messages = store.number(Keys.COUNT, 0);
            held = store.number(Keys.HELD, 0);
        } catch (RocksDBException e) {
            LOG.error("The spool was reopened but cannot be read", e);
            return;
        }
        write(failure.end().stream().<Op<?>>filter(op -> !(op instanceof Op.Update update && settled(update))).toList());
    }

    /** Whether a write of a DSN that was reported as failed had reached the disk; then it is done. */
    private boolean settled(Op.Update update) {
        if (update.dsn() == null) {
            return false;
        }
        try {
            if (store.envelope(update.dsn().mid()) == null) {
                return false;
            }
            update.release();
            completions.accept(() -> complete(update));
        } catch (RocksDBException e) {
            refuseLater(update, new SpoolException("the spool could not be read: " + e.getMessage(), false, e));
        }
        return true;
    }

    private void finish() {
        if (failure.present()) {
            return;
        }
        try {
            batch.clear();
            var group = new Group(store, batch, cache, quarantine, files.files(), failure.generation());
            group.reserveMids(mids.unused());
            store.write(batch, true);
            removeFiles();
        } catch (RocksDBException e) {
            LOG.warn("The spool could not note its end; some message IDs are skipped", e);
        }
    }

    /** Lets everything that waits be written, then ends. */
    void close() {
        closing = true;
        queue.add(new Op.Wake());
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
