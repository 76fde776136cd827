package dev.postern.testing.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A file as programs see it, as the disk has it, and what lies between. */
final class CutFile {
    private final Bytes seen = new Bytes();
    private final Bytes durable = new Bytes();
    private final List<Pending> pending = new ArrayList<>();
    /** By number of the sync: how many of {@link #pending} it covers. */
    private final Map<Long, Integer> syncs = new HashMap<>();

    /** @param data null: a change of size, to {@code at} */
    private static final class Pending {
        final long at;
        final byte[] data;
        /** A sync failed: the system has dropped it from what it still has to write, and no later sync will bring it to the disk. */
        boolean lost;

        Pending(long at, byte[] data) {
            this.at = at;
            this.data = data;
        }
    }

    /** Of a file that is on the disk already. */
    static CutFile of(byte[] content) {
        CutFile file = new CutFile();
        file.seen.write(0, content, content.length);
        file.durable.write(0, content, content.length);
        return file;
    }

    void write(long offset, byte[] data) {
        seen.write(offset, data, data.length);
        pending.add(new Pending(offset, data));
    }

    void truncate(long size) {
        seen.size(size);
        pending.add(new Pending(size, null));
    }

    void syncBegins(long number) {
        syncs.put(number, pending.size());
    }

    void syncEnds(long number, boolean good) {
        int covered = syncs.remove(number);
        List<Pending> kept = new ArrayList<>();
        for (Pending one : pending.subList(0, covered)) {
            if (one.lost || !good) {
                one.lost = true;
                kept.add(one);
            } else {
                apply(one, durable, one.data == null ? 0 : one.data.length);
            }
        }
        int gone = covered - kept.size();
        pending.subList(0, covered).clear();
        pending.addAll(0, kept);
        syncs.replaceAll((other, count) -> Math.max(0, count - Math.min(gone, count)));
    }

    private static void apply(Pending change, Bytes to, int length) {
        if (change.data == null) {
            to.size(change.at);
        } else if (length > 0) {
            to.write(change.at, change.data, length);
        }
    }

    byte[] seen() {
        return seen.copy().content();
    }

    byte[] after(Survival survival) {
        Bytes left = durable.copy();
        survival.file();
        for (Pending one : pending) {
            int survives = survival.bytes(one.at, one.data == null ? 1 : one.data.length);
            if (one.data != null || survives > 0) {
                apply(one, left, survives);
            }
        }
        return left.content();
    }

    private static final class Bytes {
        private byte[] bytes = {};
        private int size;

        void write(long offset, byte[] data, int length) {
            int end = Math.toIntExact(offset + length);
            grow(end);
            System.arraycopy(data, 0, bytes, (int) offset, length);
            size = Math.max(size, end);
        }

        void size(long wanted) {
            int end = Math.toIntExact(wanted);
            grow(end);
            if (end < size) {
                Arrays.fill(bytes, end, size, (byte) 0);
            }
            size = end;
        }

        private void grow(int wanted) {
            if (wanted > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(wanted, 2 * bytes.length));
            }
        }

        Bytes copy() {
            Bytes copy = new Bytes();
            copy.bytes = content();
            copy.size = size;
            return copy;
        }

        byte[] content() {
            return Arrays.copyOf(bytes, size);
        }
    }
}
