package dev.postern.gateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts fragments together to what was written at once: all of it, or nothing. Follows the sequence numbers, which count changes without a gap, so that it is known how
 * many are lost.
 */
final class LogRecords implements LogScan.Visitor {
    /** What was written at once begins with the sequence number of its first change (8) and their number (4). */
    private static final int HEAD = 12;
    private static final int MOST_PLACES = 10;

    /** Takes what was written at once, in pieces. */
    interface Sink {
        Sink NOWHERE = new Sink() {
        };

        default void begin() throws IOException {
        }

        default void add(byte[] bytes, int at, int length) throws IOException {
        }

        default void end() throws IOException {
        }

        /** What was begun is not whole. */
        default void undo() {
        }
    }

    private final Sink sink;
    private final ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
    private final List<String> places = new ArrayList<>();
    private boolean open;
    private long first = -1;
    private long next = -1;
    private boolean beginningLost;
    private int mended;
    private int lost;
    private long changesLost;

    LogRecords(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void fragment(int type, byte[] block, int at, int length) throws IOException {
        if (type == LogFormat.FULL || type == LogFormat.FIRST) {
            undo();
            open = true;
            head.clear();
            sink.begin();
        }
        if (!open) {
            return;   // what it belongs to is lost
        }
        head.put(block, at, Math.min(length, head.remaining()));
        sink.add(block, at, length);
        if (type == LogFormat.FULL || type == LogFormat.LAST) {
            open = false;
            sink.end();
            count();
        }
    }

    private void count() {
        if (head.hasRemaining()) {
            return;
        }
        var sequence = head.getLong(0);
        if (first < 0) {
            first = sequence;
        } else {
            changesLost += Math.max(0, sequence - next);
        }
        // One without changes tells, after some starts, up to where the last log was read.
        next = sequence + Math.max(1, Integer.toUnsignedLong(head.getInt(Long.BYTES)));
    }

    @Override
    public void mended(long offset) {
        mended++;
        note("byte " + offset + " (one bit, mended)");
    }

    @Override
    public void lost(long from, long to) {
        beginningLost |= first < 0;
        lost++;
        note("bytes " + from + " to " + (to - 1) + " (unreadable)");
        undo();
    }

    private void note(String place) {
        if (places.size() < MOST_PLACES) {
            places.add(place);
        }
    }

    private void undo() {
        if (open) {
            open = false;
            sink.undo();
        }
    }

    /** Nothing follows. @return what there was */
    Found finish(LogScan.End end) {
        undo();
        return new Found(first, next, end, beginningLost, mended, lost, changesLost, List.copyOf(places));
    }

    /**
     * What is in a log.
     *
     * @param first         sequence number of the first change; negative where there is none
     * @param next          that of the change after the last one
     * @param end           where the records end
     * @param beginningLost whether there was something before the first change that can be read
     * @param mended        bits
     * @param lost          stretches
     * @param changesLost   between changes of this log that can be read
     * @param places        the first few stretches and bits, in words
     */
    record Found(long first, long next, LogScan.End end, boolean beginningLost, int mended, int lost, long changesLost, List<String> places) {
        boolean damaged() {
            return mended > 0 || lost > 0;
        }
    }
}
