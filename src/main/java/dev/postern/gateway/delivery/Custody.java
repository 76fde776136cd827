package dev.postern.gateway.delivery;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;

/**
 * Who has which message: what is being tried, from when it is given out until what became of it is written; what was taken out of the queues to be changed; and, while
 * the spool is read at the start, what came in or was taken out ahead of that. By this no message is in the queues twice, nor there and elsewhere. Guarded by the scheduler's lock.
 */
final class Custody {
    private static final int GONE = 1 << 30;

    /** How many entries of a message are under way, and whether it is known to be gone from the spool. */
    private final LongObjectMap<Integer> underWay = new LongObjectHashMap<>();
    private final LongObjectMap<Boolean> withdrawn = new LongObjectHashMap<>();
    private final LongObjectMap<Boolean> passedOver = new LongObjectHashMap<>();
    private boolean scanning = true;
    private long scannedTo;

    /** An entry of it is given out. */
    void given(long mid) {
        underWay.merge(mid, 1, Integer::sum);
    }

    /**
     * An entry of it is done with.
     *
     * @param gone whether the message left the spool
     * @return whether it was the last one of a message that is gone: true once a message
     */
    boolean done(long mid, boolean gone) {
        Integer entries = underWay.get(mid);
        if (entries == null) {
            return false;
        }
        int left = entries - 1 | (gone ? GONE : 0);
        if ((left & ~GONE) > 0) {
            underWay.put(mid, Integer.valueOf(left));
            return false;
        }
        underWay.remove(mid);
        return (left & GONE) != 0;
    }

    boolean underWay(long mid) {
        return underWay.containsKey(mid);
    }

    /** Messages under way. */
    int underWay() {
        return underWay.size();
    }

    void withdraw(long mid) {
        withdrawn.put(mid, Boolean.TRUE);
        if (scanning && mid >= scannedTo) {
            passedOver.put(mid, Boolean.TRUE);
        }
    }

    /** Whether it was withdrawn, and not brought back yet. */
    boolean bringBack(long mid) {
        return withdrawn.remove(mid) != null;
    }

    /** The spool showed it: whether it is to be taken up. */
    boolean scanned(long mid) {
        if (mid < scannedTo) {
            return false;
        }
        scannedTo = mid + 1;
        return passedOver.remove(mid) == null;
    }

    void scanEnds() {
        scanning = false;
        passedOver.clear();
    }
}
