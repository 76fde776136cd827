package dev.postern.gateway.delivery;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Every entry that waits, packed: {@value #BYTES} bytes each in blocks of {@value #BLOCK}, and no object. An entry is known by its handle, an int that is used again once
 * the entry is removed. Blocks that are empty are given back. Guarded by the scheduler's lock.
 *
 * <p>Two longs: message ID (48 bits), ring (6), rank in its heap (5), flags (5); time that it is due (42), RID or place in the table of several RIDs (22). Four ints:
 * second that the message came in, number of its lane, two links.
 */
final class EntryTable {
    static final int NONE = -1;
    /** Of one entry. */
    static final int BYTES = 32;
    static final int BLOCK = 4096;
    /** Greatest time, in milliseconds since the epoch: in the year 2109. */
    static final long LATEST = (1L << 42) - 1;
    private static final int SHIFT = 12;
    private static final int MASK = BLOCK - 1;
    private static final int MID_SHIFT = 16;
    private static final int RING_SHIFT = 10;
    private static final int RANK_SHIFT = 5;
    private static final int RID_BITS = 22;
    private static final int RID_MASK = (1 << RID_BITS) - 1;
    private static final long SEVERAL = 1;
    private static final long TELLS_DELAY = 2;
    private static final long GONE = 4;
    private static final long LIVE = 8;

    private final RidTable several = new RidTable(RID_MASK);
    private final BitSet roomy = new BitSet();
    private long[][] keys = new long[4][];
    private int[][] links = new int[4][];
    private int[] used = new int[4];
    private int[] free = new int[4];

    /**
     * Adds an entry.
     *
     * @param mid        below 2^48
     * @param rids       one or more; several only where {@link #takes} says so
     * @param due        in milliseconds since the epoch
     * @param received   in seconds
     * @param tellsDelay whether the sender is to be told when it is delayed for long
     * @return its handle
     */
    int add(long mid, int[] rids, long due, long received, int lane, int ring, boolean tellsDelay) {
        int block = roomy.nextSetBit(0);
        if (block < 0) {
            block = addBlock();
        }
        int at = free[block];
        free[block] = links[block][4 * at + 2];
        if (++used[block] == BLOCK) {
            roomy.clear(block);
        }
        int rid = rids.length == 1 ? rids[0] : several.add(rids);
        long flags = LIVE | (rids.length == 1 ? 0 : SEVERAL) | (tellsDelay ? TELLS_DELAY : 0);
        keys[block][2 * at] = mid << MID_SHIFT | (long) ring << RING_SHIFT | 1L << RANK_SHIFT | flags;
        keys[block][2 * at + 1] = due(due) | rid;
        int[] ints = links[block];
        ints[4 * at] = (int) received;
        ints[4 * at + 1] = lane;
        ints[4 * at + 2] = NONE;
        ints[4 * at + 3] = NONE;
        return block << SHIFT | at;
    }

    /** Whether these RIDs fit into one entry; else each needs one of its own. */
    boolean takes(int[] rids) {
        return rids.length == 1 || several.hasRoom();
    }

    void remove(int handle) {
        int block = handle >>> SHIFT;
        int at = handle & MASK;
        if ((keys[block][2 * at] & SEVERAL) != 0) {
            several.remove((int) keys[block][2 * at + 1] & RID_MASK);
        }
        keys[block][2 * at] = 0;
        links[block][4 * at + 2] = free[block];
        free[block] = at;
        roomy.set(block);
        if (--used[block] == 0 && block > 0) {
            keys[block] = null;
            links[block] = null;
            roomy.clear(block);
        }
    }

    private int addBlock() {
        int block = 0;
        while (block < keys.length && keys[block] != null) {
            block++;
        }
        if (block == keys.length) {
            int more = 2 * block;
            keys = Arrays.copyOf(keys, more);
            links = Arrays.copyOf(links, more);
            used = Arrays.copyOf(used, more);
            free = Arrays.copyOf(free, more);
        }
        keys[block] = new long[2 * BLOCK];
        links[block] = new int[4 * BLOCK];
        for (int at = 0; at < BLOCK; at++) {
            links[block][4 * at + 2] = at + 1;
        }
        used[block] = 0;
        free[block] = 0;
        roomy.set(block);
        return block;
    }

    /** One more than the greatest handle that there may be. */
    int end() {
        return keys.length << SHIFT;
    }

    /** The next handle from here on of an entry that waits; {@link #NONE} at the end. */
    int next(int from, int end) {
        for (int handle = from; handle < end; handle++) {
            long[] block = keys[handle >>> SHIFT];
            if (block == null) {
                handle |= MASK;
            } else if ((block[2 * (handle & MASK)] & (LIVE | GONE)) == LIVE) {
                return handle;
            }
        }
        return NONE;
    }

    long mid(int handle) {
        return x(handle) >>> MID_SHIFT;
    }

    int ring(int handle) {
        return (int) (x(handle) >>> RING_SHIFT) & 63;
    }

    int rank(int handle) {
        return handle == NONE ? 0 : (int) (x(handle) >>> RANK_SHIFT) & 31;
    }

    void rank(int handle, int rank) {
        set(handle, x(handle) & ~(31L << RANK_SHIFT) | (long) rank << RANK_SHIFT);
    }

    boolean tellsDelay(int handle) {
        return (x(handle) & TELLS_DELAY) != 0;
    }

    /** Whether it only waits for its place to be given back. */
    boolean gone(int handle) {
        return (x(handle) & GONE) != 0;
    }

    void markGone(int handle) {
        set(handle, x(handle) | GONE);
    }

    long due(int handle) {
        return y(handle) >>> RID_BITS;
    }

    /** Makes it due then, where it would be later. */
    void dueBy(int handle, long when) {
        keys[handle >>> SHIFT][2 * (handle & MASK) + 1] = Math.min(y(handle) >>> RID_BITS, Math.max(0, when)) << RID_BITS | y(handle) & RID_MASK;
    }

    private static long due(long due) {
        return Math.max(0, Math.min(due, LATEST)) << RID_BITS;
    }

    int[] rids(int handle) {
        int rid = (int) y(handle) & RID_MASK;
        return (x(handle) & SEVERAL) == 0 ? new int[] {rid} : several.get(rid);
    }

    /** Seconds since the epoch. */
    long received(int handle) {
        return Integer.toUnsignedLong(link(handle, 0));
    }

    int lane(int handle) {
        return link(handle, 1);
    }

    int left(int handle) {
        return link(handle, 2);
    }

    int right(int handle) {
        return link(handle, 3);
    }

    void children(int handle, int left, int right) {
        int[] ints = links[handle >>> SHIFT];
        int at = 4 * (handle & MASK);
        ints[at + 2] = left;
        ints[at + 3] = right;
    }

    /** Whether the one comes before the other: by time, then by message. */
    boolean before(int one, int other) {
        long byDue = due(one) - due(other);
        return byDue != 0 ? byDue < 0 : mid(one) < mid(other);
    }

    private int link(int handle, int which) {
        return links[handle >>> SHIFT][4 * (handle & MASK) + which];
    }

    private long x(int handle) {
        return keys[handle >>> SHIFT][2 * (handle & MASK)];
    }

    private long y(int handle) {
        return keys[handle >>> SHIFT][2 * (handle & MASK) + 1];
    }

    private void set(int handle, long x) {
        keys[handle >>> SHIFT][2 * (handle & MASK)] = x;
    }
}
