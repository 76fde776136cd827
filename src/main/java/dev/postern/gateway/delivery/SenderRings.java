package dev.postern.gateway.delivery;

import static dev.postern.gateway.delivery.EntryTable.NONE;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * What waits in one lane. Few entries are in one heap, by the time that they are due; of more than {@value #SPREAD}, each ring of senders has a heap of its own, and
 * those that have something due take turns: what one sender queues delays only those of its ring. The heaps are leftist trees within the table: a lane that has one costs
 * four bytes for it. Guarded by the scheduler's lock.
 */
final class SenderRings {
    static final int RINGS = 64;
    private static final int SPREAD = 32;
    private static final int TOLERATED = 64;

    private final EntryTable table;
    /** One, or one a ring. */
    private int[] roots = {NONE};
    private long filled;
    /** Rings whose first entry was due when it was looked at. */
    private long due;
    /** When the first entry of the other rings is due. */
    private long nextDue = Long.MAX_VALUE;
    private int turn;
    private int size;
    private int gone;

    SenderRings(EntryTable table) {
        this.table = table;
    }

    int size() {
        return size;
    }

    void add(int handle, long now) {
        put(handle, now);
        size++;
        if (size > SPREAD && roots.length == 1) {
            rebuild(RINGS, now);
        }
    }

    /** Whether something is due. */
    boolean due(long now) {
        if (nextDue <= now) {
            look(now);
        }
        return due != 0;
    }

    /** When something comes due that is not yet; {@link Long#MAX_VALUE} where nothing does. */
    long nextDue() {
        return nextDue;
    }

    /** Takes the entry whose turn it is out of its heap, but not out of the table; {@link EntryTable#NONE} where nothing is due. */
    int poll(long now) {
        if (!due(now)) {
            return NONE;
        }
        long ahead = due & -1L << turn;
        int ring = Long.numberOfTrailingZeros(ahead != 0 ? ahead : due);
        turn = (ring + 1) % RINGS;
        int handle = roots[ring];
        roots[ring] = merge(table.left(handle), table.right(handle));
        table.children(handle, NONE, NONE);
        table.rank(handle, 1);
        size--;
        head(ring, now);
        return handle;
    }

    /** Takes an entry out from wherever it is; its place in the table is given back some time. */
    void discard(int handle, long now) {
        table.markGone(handle);
        size--;
        gone++;
        if (gone > size + TOLERATED || size == 0) {
            rebuild(size > SPREAD ? RINGS : 1, now);
        } else {
            head(roots.length == 1 ? 0 : table.ring(handle), now);
        }
    }

    /** Looks anew at what is due, as times in the table were changed. */
    void look(long now) {
        nextDue = Long.MAX_VALUE;
        for (long left = filled; left != 0; left &= left - 1) {
            head(Long.numberOfTrailingZeros(left), now);
        }
    }

    /** Shows entries, the first of each ring before those behind it, as long as {@code more} says so. */
    void forEach(IntPredicate more) {
        int[] stack = new int[64];
        for (int root : roots) {
            int depth = 0;
            for (int handle = root; handle != NONE || depth > 0;) {
                if (handle == NONE) {
                    handle = stack[--depth];
                    continue;
                }
                if (!table.gone(handle) && !more.test(handle)) {
                    return;
                }
                if (table.right(handle) != NONE) {
                    stack = depth == stack.length ? Arrays.copyOf(stack, 2 * depth) : stack;
                    stack[depth++] = table.right(handle);
                }
                handle = table.left(handle);
            }
        }
    }

    private void put(int handle, long now) {
        int ring = roots.length == 1 ? 0 : table.ring(handle);
        roots[ring] = merge(roots[ring], handle);
        head(ring, now);
    }

    /** Notes what is first in a ring. */
    private void head(int ring, long now) {
        while (roots[ring] != NONE && table.gone(roots[ring])) {
            int handle = roots[ring];
            roots[ring] = merge(table.left(handle), table.right(handle));
            table.remove(handle);
            gone--;
        }
        long bit = 1L << ring;
        int first = roots[ring];
        filled = first == NONE ? filled & ~bit : filled | bit;
        if (first != NONE && table.due(first) <= now) {
            due |= bit;
        } else {
            due &= ~bit;
            nextDue = first == NONE ? nextDue : Math.min(nextDue, table.due(first));
        }
    }

    /** Makes all heaps anew, without what is gone. */
    private void rebuild(int rings, long now) {
        int[] all = new int[size + gone];
        int count = 0;
        int[] old = roots;
        roots = new int[rings];
        Arrays.fill(roots, NONE);
        filled = 0;
        due = 0;
        nextDue = Long.MAX_VALUE;
        gone = 0;
        int waiting = 0;
        for (int root : old) {
            if (root != NONE) {
                all[waiting++] = root;
            }
        }
        while (waiting > 0) {
            int handle = all[--waiting];
            int left = table.left(handle);
            int right = table.right(handle);
            // Those that stay gather at the end of the array, as those still to be looked at take the begin.
            if (table.gone(handle)) {
                table.remove(handle);
            } else {
                all[all.length - ++count] = handle;
            }
            if (left != NONE) {
                all[waiting++] = left;
            }
            if (right != NONE) {
                all[waiting++] = right;
            }
        }
        for (int i = all.length - count; i < all.length; i++) {
            table.children(all[i], NONE, NONE);
            table.rank(all[i], 1);
            put(all[i], now);
        }
    }

    private int merge(int one, int other) {
        if (one == NONE || other == NONE) {
            return one == NONE ? other : one;
        }
        int first = table.before(other, one) ? other : one;
        int right = merge(table.right(first), first == one ? other : one);
        int left = table.left(first);
        boolean swap = table.rank(left) < table.rank(right);
        table.children(first, swap ? right : left, swap ? left : right);
        table.rank(first, Math.min(table.rank(left), table.rank(right)) + 1);
        return first;
    }
}
