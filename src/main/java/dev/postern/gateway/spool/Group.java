package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The changes of several operations on their way into one write. One thread. */
final class Group {
    private static final byte[] NOTHING = {};

    private final Store store;
    private final Store.Families to;
    private final WriteBatch batch;
    private final EnvelopeCache cache;
    private final Quarantine quarantine;
    private final BodyFiles files;
    private final int generation;
    private final Map<Long, Change> changes = new HashMap<>();
    /** Messages that are gone with this, and had files. */
    private final List<Long> filesGone = new ArrayList<>();
    private boolean durable;
    private int countDelta;
    private int heldDelta;

    /** What becomes of an envelope: its new form, or null where it is removed. */
    private record Change(boolean stored, long size, Envelope now) {
    }

    /** @param generation how often the store was reopened */
    Group(Store store, WriteBatch batch, EnvelopeCache cache, Quarantine quarantine, BodyFiles files, int generation) {
        this.store = store;
        this.to = store.families();
        this.batch = batch;
        this.cache = cache;
        this.quarantine = quarantine;
        this.files = files;
        this.generation = generation;
    }

    int generation() {
        return generation;
    }

    /** The envelope with the changes so far, or null where there is none. */
    Envelope envelope(long mid) throws RocksDBException {
        var change = changes.get(mid);
        if (change != null) {
            return change.now();
        }
        var cached = cache.get(mid);
        if (cached != null) {
            return cached;
        }
        var bytes = store.envelope(mid);
        if (bytes == null) {
            return null;
        }
        try {
            return store.decode(mid, bytes);
        } catch (IllegalArgumentException e) {
            throw new SpoolException("MID " + mid + ": " + e.getMessage(), false, e);
        }
    }

    /** A new message. */
    void add(Envelope envelope) {
        hold(false, envelope.held());
        changes.put(envelope.mid(), new Change(false, envelope.size(), envelope));
    }

    /** A new form of the envelope; the message goes when no recipient is pending. */
    void change(Envelope envelope) {
        heldDelta -= envelope.held() && !envelope.pending() ? 1 : 0;
        var before = changes.get(envelope.mid());
        changes.put(envelope.mid(), new Change(before == null || before.stored(), envelope.size(), envelope.pending() ? envelope : null));
    }

    /** A message is put on hold, or released; before {@link #change}. */
    void hold(boolean before, boolean now) {
        heldDelta += (now ? 1 : 0) - (before ? 1 : 0);
    }

    void remove(Envelope envelope) {
        heldDelta -= envelope.held() ? 1 : 0;
        changes.put(envelope.mid(), new Change(true, envelope.size(), null));
    }

    /** Removes whatever there is of a message, readable or not. @return whether there was an envelope */
    boolean removeUnread(long mid) throws RocksDBException {
        try {
            var envelope = envelope(mid);
            if (envelope != null) {
                remove(envelope);
            }
            return envelope != null;
        } catch (RocksDBException | SpoolException e) {
            // Nobody can say how many chunks there are. Ranges are looked at by every later read, so this is for those alone.
            batch.deleteRange(to.bodies(), Keys.body(mid, 0), Keys.body(mid + 1, 0));
            changes.put(mid, new Change(true, 0, null));
            return true;
        }
    }

    void put(long mid, List<Chunk> chunks) throws RocksDBException {
        for (var chunk : chunks) {
            var key = ByteBuffer.allocateDirect(Long.BYTES + Integer.BYTES).putLong(mid).putInt(chunk.number()).flip();
            batch.put(to.bodies(), key, store.sealing().seal(mid, chunk.number(), chunk.framed().nioBuffer()));
        }
    }

    /**
     * Removes chunks. Each key was written once, so a single delete does: with its chunk still in memory neither reaches a data file. (A
     * range delete would, and every later read would have to look at it.)
     */
    void removeChunks(long mid, int count) throws RocksDBException {
        for (var number = 0; number < count; number++) {
            batch.singleDelete(to.bodies(), Keys.body(mid, number));
        }
    }

    /** The message has no envelope; if it has a file, nobody needs it. */
    void forgetFile(long mid) {
        if (files.has(mid)) {
            filesGone.add(mid);
        }
    }

    /** Messages whose files can go once this is durable. */
    List<Long> filesGone() {
        return filesGone;
    }

    void mark(byte mark, long mid, String text) throws RocksDBException {
        batch.put(to.meta(), Keys.marked(mark, mid), text == null ? NOTHING : text.getBytes(StandardCharsets.UTF_8));
    }

    void unmark(byte mark, long mid) throws RocksDBException {
        batch.delete(to.meta(), Keys.marked(mark, mid));
    }

    void reserveMids(long limit) throws RocksDBException {
        batch.put(to.meta(), Keys.MID, Keys.ofLong(limit));
        durable = true;
    }

    /** This group is to be synced. */
    void durable() {
        durable = true;
    }

    /** Puts all changes into the batch. @param countNow messages before this group @param heldNow those of them on hold */
    void finish(long countNow, long heldNow) throws RocksDBException {
        for (var entry : changes.entrySet()) {
            var mid = entry.getKey();
            var change = entry.getValue();
            if (change.now() != null) {
                batch.put(to.envelopes(), Keys.envelope(mid), store.sealing().seal(mid, EnvelopeCodec.encode(change.now())));
                countDelta += change.stored() ? 0 : 1;
                continue;
            }
            batch.delete(to.envelopes(), Keys.envelope(mid));
            if (files.has(mid)) {
                filesGone.add(mid);
            } else {
                removeChunks(mid, Chunk.count(change.size()));
            }
            countDelta -= change.stored() ? 1 : 0;
            if (quarantine.reason(mid) != null) {
                unmark(Keys.QUARANTINED, mid);
            }
        }
        if (countDelta != 0) {
            batch.put(to.meta(), Keys.COUNT, Keys.ofLong(countNow + countDelta));
        }
        if (heldDelta != 0) {
            batch.put(to.meta(), Keys.HELD, Keys.ofLong(Math.max(0, heldNow + heldDelta)));
        }
    }

    boolean isEmpty() {
        return batch.count() == 0;
    }

    boolean isDurable() {
        return durable;
    }

    /** By how much the number of messages on hold changes. */
    int heldDelta() {
        return heldDelta;
    }

    /** The write took place. @return by how much the number of messages changed */
    int written() {
        store.changed(changes.keySet());
        changes.forEach((mid, change) -> {
            if (change.now() == null) {
                cache.remove(mid);
                files.forget(mid);
                quarantine.remove(mid);
            } else {
                cache.put(change.now());
            }
        });
        return countDelta;
    }
}
