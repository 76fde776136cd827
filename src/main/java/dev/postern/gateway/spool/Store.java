package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import dev.postern.gateway.spool.log.LogRepair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The native store and its handles: opened, reopened after a failure, closed. Any thread may read; one thread writes, and it alone
 * reopens. Handles are used under a lock only, as a closed one would crash the process.
 */
final class Store implements AutoCloseable {
    private static final int READ_AHEAD = 256 << 10;
    private static final byte[] ENVELOPES = "envelope".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BODIES = "body".getBytes(StandardCharsets.US_ASCII);

    /** Folders that this process has open: a lock on a file says nothing about its own process, and is even lost when that looks at it again. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        RocksDB.loadLibrary();
    }

    private final Path folder;
    private final SpoolKeys keys;
    private final StoreSettings settings;
    private final WriteOptions synced = new WriteOptions().setSync(true).setNoSlowdown(true);
    private final WriteOptions unsynced = new WriteOptions().setNoSlowdown(true);
    private final ReadOptions once = new ReadOptions().setFillCache(false);
    private final ReadOptions walk = new ReadOptions().setFillCache(false).setReadaheadSize(READ_AHEAD);
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private RocksDB database;
    /** Its name in {@link #OPEN}, if this put it there. */
    private Path opened;
    private LogRepair.Outcome repaired = LogRepair.Outcome.NOTHING;
    private ColumnFamilyHandle meta;
    private ColumnFamilyHandle envelopes;
    private ColumnFamilyHandle bodies;
    /** Made when first opened: a spool that is reopened goes on as it was. */
    private Sealing sealing;
    private final List<PendingScan> scans = new CopyOnWriteArrayList<>();
    private boolean closed;
    private volatile long unflushed;

    /** Loads the native library, which takes longer than opening a spool. */
    static void load() {
        // by the class's own initialisation
    }

    private Store(Path folder, SpoolOptions options, SpoolKeys keys) {
        this.folder = folder;
        this.keys = keys;
        settings = new StoreSettings(options);
    }

    static Store open(Path folder, SpoolOptions options) throws SpoolOpenException {
        return open(folder, options, SpoolKeys.NONE);
    }

    static Store open(Path folder, SpoolOptions options, SpoolKeys keys) throws SpoolOpenException {
        SpoolFolder.prepare(folder);
        var store = new Store(folder, options, keys);
        try {
            store.openFirst();
            return store;
        } catch (RocksDBException e) {
            store.close();
            throw SpoolFolder.explain(folder, e);
        } catch (SpoolOpenException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** As a log is read when the store is opened, this is when to mend it; what is opened again later was whole then. */
    private void openFirst() throws RocksDBException, SpoolOpenException {
        var real = SpoolFolder.real(folder);
        if (OPEN.add(real)) {
            opened = real;
            repaired = SpoolFolder.repairLogs(folder);
        }
        openDatabase();
    }

    /** What was done to damaged logs when this was opened. */
    LogRepair.Outcome repaired() {
        return repaired;
    }

    private void openDatabase() throws RocksDBException, SpoolOpenException {
        var families = List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, settings.meta),
                new ColumnFamilyDescriptor(ENVELOPES, settings.envelopes), new ColumnFamilyDescriptor(BODIES, settings.bodies));
        var handles = new ArrayList<ColumnFamilyHandle>(families.size());
        database = RocksDB.open(settings.database, folder.toString(), families, handles);
        meta = handles.get(0);
        envelopes = handles.get(1);
        bodies = handles.get(2);
        var start = new StoreStart(folder, database, families(), synced);
        start.checkFormat();
        start.dropUncommitted();
        if (sealing == null) {
            start.skipUsedMids();
            sealing = new Sealing(start.keyHistory(keys), keys);
        }
    }

    /** The numbers of messages, and of those on hold, as {@link Counts} finds them. */
    void settle(Counts counts) throws RocksDBException {
        try (var batch = new WriteBatch()) {
            batch.put(meta, Keys.COUNT, Keys.ofLong(counts.messages()));
            batch.put(meta, Keys.HELD, Keys.ofLong(counts.held()));
            write(batch, true);
        }
    }

    int format() throws RocksDBException {
        return reading(() -> ByteBuffer.wrap(database.get(meta, Keys.FORMAT)).getInt());
    }

    /** How what is stored is encrypted, if it is. */
    Sealing sealing() {
        return sealing;
    }

    /** Closes and opens again, which replays the log: the way out of every failed write. Writer only. */
    void reopen() throws RocksDBException, SpoolOpenException {
        stopBackgroundWork();
        lock.writeLock().lock();
        try {
            if (closed) {
                throw gone();
            }
            closeDatabase();
            openDatabase();
        } catch (RocksDBException | SpoolOpenException | RuntimeException e) {
            closeDatabase();
            throw e;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Writes all of {@code batch} or nothing. Writer only. Answers Incomplete instead of waiting while flushes lag behind. */
    void write(WriteBatch batch, boolean sync) throws RocksDBException {
        reading(() -> {
            database.write(sync ? synced : unsynced, batch);
            return null;
        });
    }

    /** Makes durable what was written without. Writer only. */
    void sync() throws RocksDBException {
        reading(() -> {
            database.syncWal();
            return null;
        });
    }

    byte[] envelope(long mid) throws RocksDBException {
        return reading(() -> database.get(envelopes, Keys.envelope(mid)));
    }

    /** An envelope as it was stored. @throws IllegalArgumentException where it is damaged */
    Envelope decode(long mid, byte[] stored) {
        return EnvelopeCodec.decode(mid, sealing.open(mid, stored));
    }

    /** Whether a message is there; so, too, where that cannot be read. */
    boolean has(long mid) {
        try {
            return envelope(mid) != null;
        } catch (RocksDBException e) {
            return true;
        }
    }

    /** Copies a chunk into {@code into}. @return its length, which may exceed what {@code into} takes, or a negative number */
    int chunk(long mid, int number, ByteBuffer into) throws RocksDBException {
        var key = ByteBuffer.allocateDirect(Long.BYTES + Integer.BYTES).putLong(mid).putInt(number).flip();
        return reading(() -> database.get(bodies, once, key, into));
    }

    /** From now on {@link #changed} tells {@code scan}. */
    void follow(PendingScan scan) {
        scans.add(scan);
    }

    void leave(PendingScan scan) {
        scans.remove(scan);
    }

    /** Messages were written or removed, and nobody was told yet. */
    void changed(Set<Long> mids) {
        for (var scan : scans) {
            mids.forEach(scan::changed);
        }
    }

    /** A number among the settings of the store itself, or {@code otherwise} where it is not there yet. */
    long number(byte[] key, long otherwise) throws RocksDBException {
        var value = reading(() -> database.get(meta, key));
        return value == null ? otherwise : Keys.toLong(value);
    }

    /** Records before anything else runs that IDs below {@code limit} may be in use. */
    long reserveMids(long limit) throws RocksDBException {
        return reading(() -> {
            database.put(meta, synced, Keys.MID, Keys.ofLong(limit));
            return limit;
        });
    }

    Map<Long, String> quarantined() throws RocksDBException {
        return reading(() -> StoreStart.marked(database, meta, Keys.QUARANTINED));
    }

    /**
     * Bytes, about, that are in the log and in memory and still have to be written to data files. That needs as much space again: the log's own is
     * given back only afterwards. While the store is not open, what was known last.
     */
    long unflushed() {
        lock.readLock().lock();
        try {
            if (database != null) {
                unflushed = database.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
            }
        } catch (RocksDBException e) {
            throw new SpoolException("spool folder " + folder + " does not say what is unflushed: " + e.getMessage(), false, e);
        } finally {
            lock.readLock().unlock();
        }
        return unflushed;
    }

    /** A batch's view of the column families; valid until the next {@link #reopen}, so for the writer only. */
    Families families() {
        return new Families(meta, envelopes, bodies);
    }

    record Families(ColumnFamilyHandle meta, ColumnFamilyHandle envelopes, ColumnFamilyHandle bodies) {
    }

    /** Up to {@code most} envelopes from {@code from} on. */
    EnvelopeScan.Page envelopes(long from, long before, int most) {
        return readingUnchecked(() -> EnvelopeScan.page(database, envelopes, walk, from, before, most));
    }

    /** Gives back the space of removed bodies. Blocks for as long as that takes. */
    void compact() throws RocksDBException {
        reading(() -> {
            try (var flush = new FlushOptions().setWaitForFlush(true)) {
                database.flush(flush, List.of(bodies, envelopes, meta));
            }
            database.compactRange(envelopes);
            database.compactRange(bodies);
            return null;
        });
    }

    private interface Work<T> {
        T run() throws RocksDBException;
    }

    private <T> T reading(Work<T> work) throws RocksDBException {
        lock.readLock().lock();
        try {
            if (database == null) {
                throw gone();
            }
            return work.run();
        } finally {
            lock.readLock().unlock();
        }
    }

    private <T> T readingUnchecked(Work<T> work) {
        try {
            return reading(work);
        } catch (RocksDBException e) {
            throw new SpoolException("spool folder " + folder + " cannot be read: " + e.getMessage(), false, e);
        }
    }

    private SpoolException gone() {
        return new SpoolException(closed ? "the spool is closed" : "spool folder " + folder + " is not open after a failure; it is tried again",
                false, null);
    }

    /** A compaction that was asked for holds the lock: it has to end first. */
    void stopBackgroundWork() {
        lock.readLock().lock();
        try {
            if (database != null) {
                database.cancelAllBackgroundWork(false);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private void closeDatabase() {
        if (database == null) {
            return;
        }
        bodies.close();
        envelopes.close();
        meta.close();
        database.close();
        database = null;
    }

    @Override
    public void close() {
        stopBackgroundWork();
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                closeDatabase();
                if (opened != null) {
                    OPEN.remove(opened);
                }
                walk.close();
                once.close();
                unsynced.close();
                synced.close();
                settings.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
