package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Envelope.Recipient;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;

/**
 * The spool in an embedded store, in a folder of its own. One thread writes groups of operations and syncs them together, a few read, one
 * runs completions in order: what is chained to a stage must not block.
 *
 * <p>Envelopes are kept with the MID that {@link #begin} gave and the size that was appended, whatever the caller put there.
 * {@link #update} of a message that is gone does nothing; {@link #updateWithDsn} of one fails, so that nothing bounces twice. When
 * storage fails, appends and commits fail, updates wait until it is back (it is tried again without end), reads go on.
 */
public final class RocksSpool implements Spool {
    private static final Logger LOG = Logger.getLogger(RocksSpool.class);
    private static final int PAGE = 1_024;
    private static final long REOPEN_MILLIS = 100;

    private final Store store;
    private final SpoolWriter writer;
    private final ByteBufAllocator allocator;
    private final FileWriters files;
    private final BodyReader bodies;
    private final MidSequence mids;
    /** What was there when the spool was opened has a lower MID. */
    private final long firstMid;
    private final Quarantine quarantine = new Quarantine();
    private final DiskSpace space;
    private final SpaceKeeper keeper;
    private final SpoolMetrics metrics;
    private final Consumer<Damaged> onDamaged;
    private final ExecutorService readers;
    private final ExecutorService completions = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("postern-spool-done").factory());
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile int maxMessages = Integer.MAX_VALUE;

    /**
     * Opens the spool in {@code folder}, which is made where it is missing, and removes what was not committed. Without limits until
     * {@link #limits}.
     *
     * @param onCommitted takes each message and DSN once it is durable; must not block
     * @param onDamaged   takes each message whose data turns out to be damaged, once
     * @param keys        what it is encrypted with, and what it may have been encrypted with
     * @throws SpoolOpenException naming the folder, what is wrong and what to do
     */
    public static RocksSpool open(Path folder, SpoolOptions options, SpoolKeys keys, Consumer<Envelope> onCommitted, Consumer<Damaged> onDamaged,
            MeterRegistry registry) throws SpoolOpenException {
        return open(folder, options, keys, onCommitted, onDamaged, registry, DiskSpace.of(folder), PooledByteBufAllocator.DEFAULT);
    }

    /** Opens a spool in clear. */
    public static RocksSpool open(Path folder, SpoolOptions options, Consumer<Envelope> onCommitted, Consumer<Damaged> onDamaged,
            MeterRegistry registry) throws SpoolOpenException {
        return open(folder, options, SpoolKeys.NONE, onCommitted, onDamaged, registry);
    }

    static RocksSpool open(Path folder, SpoolOptions options, SpoolKeys keys, Consumer<Envelope> onCommitted, Consumer<Damaged> onDamaged,
            MeterRegistry registry, LongSupplier usableBytes, ByteBufAllocator allocator) throws SpoolOpenException {
        var store = Store.open(folder, options, keys);
        try {
            return new RocksSpool(store, Counts.of(folder, store), BodyFiles.open(folder, store.sealing(), store::has), options, onCommitted, onDamaged, registry, usableBytes, allocator);
        } catch (RocksDBException e) {
            store.close();
            throw SpoolFolder.explain(folder, e);
        } catch (SpoolOpenException | RuntimeException e) {
            store.close();
            throw e;
        } catch (IOException e) {
            store.close();
            throw new SpoolOpenException("spool folder " + folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    private RocksSpool(Store store, Counts counts, BodyFiles bodyFiles, SpoolOptions options, Consumer<Envelope> onCommitted, Consumer<Damaged> onDamaged, MeterRegistry registry,
            LongSupplier usableBytes, ByteBufAllocator allocator) throws RocksDBException {
        this.store = store;
        this.onDamaged = onDamaged;
        this.allocator = allocator;
        bodies = new BodyReader(store, bodyFiles, allocator);
        quarantine.load(store.quarantined());
        firstMid = store.number(Keys.MID, 1);
        mids = new MidSequence(firstMid, store.reserveMids(firstMid + options.midBlock()), options.midBlock());
        // A flush must always find room, or the log could never be given up, and the store not even be opened again.
        space = new DiskSpace(() -> usableBytes.getAsLong() - store.unflushed());
        metrics = new SpoolMetrics(registry, this::messages, this::held, quarantine::size, space::free, store.repaired());
        files = new FileWriters(bodyFiles, space, metrics);
        readers = new ThreadPoolExecutor(options.readerThreads(), options.readerThreads(), 0, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(options.queueLength()), Thread.ofPlatform().name("postern-spool-read-", 1).factory());
        writer = new SpoolWriter(store, options, mids, quarantine, files, space, metrics, completions::execute, onCommitted,
                counts.messages(), counts.held());
        keeper = new SpaceKeeper(store, space, writer::messages);
        space.start(keeper::look);
        writer.start();
    }

    @Override
    public Admission admission() {
        if (space.closedForNew()) {
            return Admission.DISK_FULL;
        }
        return messages() >= maxMessages ? Admission.QUEUE_FULL : Admission.OK;
    }

    @Override
    public Incoming begin(long expected) {
        requireOpen();
        if (mids.runsLow()) {
            writer.submit(new Op.Reserve(mids));
        }
        return new IncomingMessage(mids.take(), expected, writer, space, allocator, files);
    }

    @Override
    public CompletionStage<Boolean> update(long mid, Map<Integer, Recipient> updates) {
        var update = new Op.Update(mid, updates, null, List.of());
        writer.submit(update);
        return update.done().thenApply(none -> update.last());
    }

    @Override
    public CompletionStage<Envelope> amend(long mid, UnaryOperator<Envelope> change) {
        var amend = new Op.Amend(mid, change);
        writer.submit(amend);
        return amend.done();
    }

    @Override
    public CompletionStage<List<Envelope>> page(long from, int most) {
        return reading(from, () -> {
            var envelopes = new ArrayList<Envelope>(most);
            for (var next = from; envelopes.isEmpty() && next < Long.MAX_VALUE;) {
                var page = store.envelopes(next, Long.MAX_VALUE, most);
                page.rows().forEach(row -> readable(row).ifPresent(envelopes::add));
                next = page.next();
            }
            return envelopes;
        });
    }

    @Override
    public CompletionStage<Long> updateWithDsn(long mid, Map<Integer, Recipient> updates, Envelope dsn, byte[] dsnBody) {
        if (!dsn.pending()) {
            return CompletableFuture.failedStage(new IllegalArgumentException("the DSN for MID " + mid + " has no recipient that is pending"));
        }
        Op.Update update;
        try {
            requireOpen();
            var dsnMid = begin(dsnBody.length).mid();
            update = new Op.Update(mid, updates, dsn.as(dsnMid, dsnBody.length), Chunk.split(allocator, dsnMid, dsnBody));
        } catch (SpoolException e) {
            return CompletableFuture.failedStage(e);
        }
        writer.submit(update);
        return update.done();
    }

    @Override
    public CompletionStage<ByteBuf> read(long mid, long offset, int length) {
        return reading(mid, offset, length, true);
    }

    @Override
    public CompletionStage<ByteBuf> readQuarantined(long mid, long offset, int length) {
        return reading(mid, offset, length, false);
    }

    private CompletionStage<ByteBuf> reading(long mid, long offset, int length, boolean holdsBack) {
        if (offset < 0 || length < 0) {
            return CompletableFuture.failedStage(new IllegalArgumentException("offset " + offset + ", length " + length + ": both are 0 or more"));
        }
        return reading(mid, () -> {
            var reason = quarantine.reason(mid);
            if (reason != null && holdsBack) {
                throw new SpoolException("MID " + mid + " is held back: " + reason, false, null);
            }
            return bodies.read(mid, offset, length);
        });
    }

    @Override
    public CompletionStage<Boolean> forget(long mid) {
        var forget = new Op.Forget(mid, quarantine);
        writer.submit(forget);
        return forget.done();
    }

    @Override
    public CompletionStage<Envelope> envelope(long mid) {
        return reading(mid, () -> {
            var bytes = store.envelope(mid);
            return bytes == null ? null : decode(mid, bytes);
        });
    }

    private Envelope decode(long mid, byte[] bytes) throws BodyReader.DamagedException {
        try {
            return store.decode(mid, bytes);
        } catch (IllegalArgumentException e) {
            throw new BodyReader.DamagedException(e.getMessage(), e);
        }
    }

    private <T> CompletionStage<T> reading(long mid, Callable<T> work) {
        var done = new CompletableFuture<T>();
        try {
            readers.execute(() -> {
                try {
                    done.complete(work.call());
                } catch (BodyReader.DamagedException e) {
                    damaged(mid, e.getMessage());
                    done.completeExceptionally(new SpoolException("MID " + mid + " is damaged: " + e.getMessage(), false, e));
                } catch (SpoolException e) {
                    done.completeExceptionally(e);
                } catch (Exception | Error e) {
                    done.completeExceptionally(new SpoolException("MID " + mid + " cannot be read: " + e.getMessage(), false, e));
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new SpoolException(closed.get() ? "the spool is closed" : "the spool has too many reads waiting", false, e));
        }
        return done;
    }

    private void damaged(long mid, String reason) {
        if (!quarantine.add(mid, reason)) {
            return;
        }
        LOG.errorf("MID %d is damaged and held back: %s", mid, reason);
        writer.submit(new Op.Mark(mid, reason));
        try {
            onDamaged.accept(new Damaged(mid, reason));
        } catch (RuntimeException e) {
            LOG.errorf(e, "Damage of MID %d could not be reported", mid);
        }
    }

    @Override
    public void forEachPending(Consumer<Envelope> consumer) {
        requireOpen();
        var scan = new PendingScan();
        store.follow(scan);
        try {
            for (var from = 0L; from < firstMid;) {
                scan.reading(from);
                var page = patiently(from);
                scan.read(page.next());
                for (var row : page.rows()) {
                    scan.visit(row.mid(), () -> now(row.mid()).ifPresent(consumer), () -> readable(row).filter(Envelope::pending).ifPresent(consumer));
                }
                if (page.damage() != null) {
                    LOG.errorf("Envelopes from MID %d to below %d cannot be read: %s", page.lostFrom(), page.lostTo(), page.damage().getMessage());
                }
                from = page.next();
            }
        } finally {
            store.leave(scan);
        }
    }

    /** While storage is being reopened after a failure, nothing can be read: what is not visited would wait for the next start. */
    private EnvelopeScan.Page patiently(long from) {
        while (true) {
            try {
                return store.envelopes(from, firstMid, PAGE);
            } catch (SpoolException e) {
                requireOpen();
                LOG.debugf("The walk through the queue waits: %s", e.getMessage());
            }
            try {
                Thread.sleep(REOPEN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SpoolException("the walk through the queue was interrupted at MID " + from, false, e);
            }
        }
    }

    /** A message as it is now; empty where it is gone, or cannot be read. */
    private Optional<Envelope> now(long mid) {
        try {
            var bytes = store.envelope(mid);
            return bytes == null ? Optional.empty() : readable(new EnvelopeScan.Row(mid, bytes)).filter(Envelope::pending);
        } catch (RocksDBException e) {
            LOG.errorf("The envelope of MID %d cannot be read: %s", mid, e.getMessage());
            return Optional.empty();
        }
    }

    /** Empty where the envelope is damaged, or in quarantine. */
    private Optional<Envelope> readable(EnvelopeScan.Row row) {
        if (quarantine.reason(row.mid()) != null) {
            return Optional.empty();
        }
        try {
            return Optional.of(decode(row.mid(), row.bytes()));
        } catch (BodyReader.DamagedException e) {
            damaged(row.mid(), e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public String damage(long mid) {
        return quarantine.reason(mid);
    }

    @Override
    public Set<Long> quarantined() {
        return quarantine.mids();
    }

    @Override
    public long messages() {
        return writer.messages();
    }

    @Override
    public long held() {
        return writer.held();
    }

    @Override
    public void limits(int maxMessages, long reserveBytes) {
        this.maxMessages = maxMessages;
        space.reserve(reserveBytes);
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new SpoolException("the spool is closed", false, null);
        }
    }

    /** Writes and syncs what waits, lets reads end and completes all stages; blocks until then. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        space.close();
        writer.close();
        files.close();
        readers.close();
        completions.close();
        keeper.close();
        store.close();
        metrics.close();
    }
}
