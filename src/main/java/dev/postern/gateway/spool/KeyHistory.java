package dev.postern.gateway.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * From which message on which key wrote. A body is written once, so the entry of its MID says all; an envelope is written again at each change, so
 * it may be under that key or a later one. Immutable.
 *
 * <pre>
 * history = (from(8) fingerprint(8) length(1) name)*      fingerprint 0: in clear
 * </pre>
 */
final class KeyHistory {
    private static final long CLEAR = 0;
    private static final int LONGEST_NAME = 255;

    /** A key, or none, that wrote what came in from MID {@code from} on. */
    private record Entry(long from, long fingerprint, String name) {
        boolean encrypted() {
            return fingerprint != CLEAR;
        }
    }

    private final List<Entry> entries;

    private KeyHistory(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** @param stored as {@link #bytes} gave it, or null: all is in clear */
    static KeyHistory of(byte[] stored) {
        var entries = new ArrayList<Entry>();
        for (var in = ByteBuffer.wrap(stored == null ? new byte[0] : stored); in.hasRemaining();) {
            var from = in.getLong();
            var fingerprint = in.getLong();
            var name = new byte[in.get() & 0xFF];
            in.get(name);
            entries.add(new Entry(from, fingerprint, new String(name, StandardCharsets.UTF_8)));
        }
        return new KeyHistory(entries.isEmpty() ? List.of(new Entry(0, CLEAR, "")) : entries);
    }

    byte[] bytes() {
        var out = ByteBuffer.allocate(entries.size() * (2 * Long.BYTES + 1 + LONGEST_NAME));
        for (var entry : entries) {
            var name = entry.name().getBytes(StandardCharsets.UTF_8);
            var length = Math.min(LONGEST_NAME, name.length);
            out.putLong(entry.from()).putLong(entry.fingerprint()).put((byte) length).put(name, 0, length);
        }
        var bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    /** Whether nothing was encrypted. */
    boolean clear() {
        return entries.stream().noneMatch(Entry::encrypted);
    }

    /**
     * The history as it goes on.
     *
     * @param least first MID that is held; {@code next} where none is
     * @param next  first MID from now on
     * @param key   what writes from now on, or null
     */
    KeyHistory after(long least, long next, SpoolKey key) {
        var kept = new ArrayList<Entry>();
        for (var i = 0; i < entries.size(); i++) {
            var end = i + 1 < entries.size() ? entries.get(i + 1).from() : next;
            if (end > least) {
                kept.add(entries.get(i));
            }
        }
        var now = key == null ? new Entry(next, CLEAR, "") : new Entry(next, key.fingerprint(), key.name());
        if (kept.isEmpty() || kept.getLast().fingerprint() != now.fingerprint()) {
            kept.add(now);
        }
        return new KeyHistory(kept);
    }

    /** @throws SpoolOpenException where a key lacks */
    void require(SpoolKeys keys, Path folder) throws SpoolOpenException {
        for (var entry : entries) {
            if (!entry.encrypted() || keys.of(entry.fingerprint()) != null) {
                continue;
            }
            var found = keys.named(entry.name());
            var what = "spool folder " + folder + " holds mail that is encrypted with key " + entry.name() + " (" + SpoolKey.text(entry.fingerprint()) + ")";
            throw new SpoolOpenException(found == null
                    ? what + ", and that key is missing: " + keys.whence() + "; give it back until this mail is delivered"
                    : what + ", and the key of that name is another one, " + found + "; give the old one back, under any name, until this mail is delivered", null);
        }
    }

    /** Fingerprint of the key of a body, or 0 where it is in clear. */
    long body(long mid) {
        return entries.get(index(mid)).fingerprint();
    }

    /** Whether an envelope may be under the key of this fingerprint; 0: in clear. */
    boolean allows(long mid, long fingerprint) {
        for (var i = index(mid); i < entries.size(); i++) {
            if (entries.get(i).fingerprint() == fingerprint) {
                return true;
            }
        }
        return false;
    }

    private int index(long mid) {
        var i = entries.size() - 1;
        while (i > 0 && entries.get(i).from() > mid) {
            i--;
        }
        return i;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyHistory history && entries.equals(history.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }
}
