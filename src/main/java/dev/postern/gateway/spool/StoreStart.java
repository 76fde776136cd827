package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Store.Families;
import dev.postern.gateway.spool.log.LogRepair;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** What is looked at, and set right, whenever the native store was opened and before anybody else uses it: its format, its keys, what was left half done. */
final class StoreStart {
    private static final Logger LOG = Logger.getLogger(StoreStart.class);
    /** Of a spool in which nothing is encrypted. */
    static final int FORMAT = 1;
    static final int FORMAT_WITH_KEYS = 2;

    private final Path folder;
    private final RocksDB database;
    private final Families families;
    private final WriteOptions synced;

    StoreStart(Path folder, RocksDB database, Families families, WriteOptions synced) {
        this.folder = folder;
        this.database = database;
        this.families = families;
        this.synced = synced;
    }

    /** Of an empty store it is written; a store that is none of ours is refused. */
    void checkFormat() throws RocksDBException, SpoolOpenException {
        var format = database.get(families.meta(), Keys.FORMAT);
        if (format == null) {
            var lost = LogRepair.unsettled(folder);
            if (!lost) {
                requireEmpty();
            }
            var now = lost && database.get(families.meta(), Keys.HISTORY) != null ? FORMAT_WITH_KEYS : FORMAT;
            database.put(families.meta(), synced, Keys.FORMAT, ByteBuffer.allocate(Integer.BYTES).putInt(now).array());
            return;
        }
        var number = format.length == Integer.BYTES ? ByteBuffer.wrap(format).getInt() : -1;
        if (number != FORMAT && number != FORMAT_WITH_KEYS) {
            throw new SpoolOpenException("spool folder " + folder + " has format " + (number < 0 ? "unknown" : number) + ", this version reads formats " + FORMAT + " and "
                    + FORMAT_WITH_KEYS + "; use the version of Postern that wrote it, let it deliver all mail, then upgrade", null);
        }
    }

    private void requireEmpty() throws RocksDBException, SpoolOpenException {
        try (var all = database.newIterator(families.meta())) {
            all.seekToFirst();
            all.status();
            if (all.isValid()) {
                throw new SpoolOpenException("spool folder " + folder + " holds a store that is no spool; name an empty folder", null);
            }
        }
    }

    /** Messages that were coming in when the process ended: their marks say which, so nothing else is looked at. */
    void dropUncommitted() throws RocksDBException {
        var mids = new ArrayList<Long>();
        marked(database, families.meta(), Keys.UNCOMMITTED).forEach((mid, text) -> mids.add(mid));
        if (mids.isEmpty()) {
            return;
        }
        try (var batch = new WriteBatch()) {
            for (var mid : mids) {
                // The removal of a mark may be what a damaged log lost.
                if (database.get(families.envelopes(), Keys.envelope(mid)) == null) {
                    batch.deleteRange(families.bodies(), Keys.body(mid, 0), Keys.body(mid + 1, 0));
                }
                batch.delete(families.meta(), Keys.marked(Keys.UNCOMMITTED, mid));
            }
            database.write(synced, batch);
        }
    }

    /** The record of which MIDs may be in use may be one of those that a damaged log lost: one used twice would overwrite a message. */
    void skipUsedMids() throws RocksDBException {
        var next = nextMid();
        var free = Math.max(Math.max(freeMid(families.envelopes(), next), freeMid(families.bodies(), next)), BodyFiles.lastMid(folder) + 1);
        if (free > next) {
            LOG.warnf("Spool folder %s did not say that MIDs up to %d are in use; new messages get higher ones", folder, free - 1);
            database.put(families.meta(), synced, Keys.MID, Keys.ofLong(free));
        }
    }

    /** The first MID that is not recorded to be in use. */
    private long nextMid() throws RocksDBException {
        var recorded = database.get(families.meta(), Keys.MID);
        return recorded == null ? 1 : Keys.toLong(recorded);
    }

    /** The first MID from {@code from} on that no key of the family is higher than. There is hardly ever any to look at. */
    private long freeMid(ColumnFamilyHandle family, long from) {
        try (var all = database.newIterator(family)) {
            all.seek(Keys.envelope(from));
            if (all.isValid()) {
                all.seekToLast();
            }
            all.status();
            return all.isValid() ? ByteBuffer.wrap(all.key()).getLong() + 1 : from;
        } catch (RocksDBException e) {
            return from;   // data files are damaged; that is told when they are read
        }
    }

    /** Checks that all keys are there that may be needed, and records which one writes from now on before it does. */
    KeyHistory keyHistory(SpoolKeys keys) throws RocksDBException, SpoolOpenException {
        var next = nextMid();
        KeyHistory before;
        try {
            before = KeyHistory.of(database.get(families.meta(), Keys.HISTORY));
        } catch (BufferUnderflowException e) {
            throw new SpoolOpenException("spool folder " + folder + " is damaged: its history of keys cannot be read; keep a copy of the folder, and restore it", e);
        }
        var now = before.after(leastMid(next), next, keys.writing());
        now.require(keys, folder);
        if (!now.equals(before) && !(now.clear() && before.clear())) {
            try (var batch = new WriteBatch()) {
                batch.put(families.meta(), Keys.HISTORY, now.clear() ? new byte[0] : now.bytes());
                batch.put(families.meta(), Keys.FORMAT, ByteBuffer.allocate(Integer.BYTES).putInt(now.clear() ? FORMAT : FORMAT_WITH_KEYS).array());
                database.write(synced, batch);
            }
        }
        return now;
    }

    /** The first message held; where that cannot be read it may be any. */
    private long leastMid(long none) {
        try (var all = database.newIterator(families.envelopes())) {
            all.seekToFirst();
            all.status();
            return all.isValid() ? ByteBuffer.wrap(all.key()).getLong() : none;
        } catch (RocksDBException e) {
            return 0;
        }
    }

    /** MIDs that have this mark, with the text that comes with it. */
    static Map<Long, String> marked(RocksDB database, ColumnFamilyHandle meta, byte mark) throws RocksDBException {
        var found = new HashMap<Long, String>();
        try (var all = database.newIterator(meta)) {
            for (all.seek(new byte[] {mark}); all.isValid() && all.key()[0] == mark; all.next()) {
                if (Keys.isMarked(mark, all.key())) {
                    found.put(Keys.midOfMarked(all.key()), new String(all.value(), StandardCharsets.UTF_8));
                }
            }
            all.status();
        }
        return found;
    }
}
