package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Spool.SpoolException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives out message IDs. None is given out before the store has recorded durably that it may be in use, so none ever comes twice. The next
 * block is recorded when half of the present one is left.
 */
final class MidSequence {
    private final int block;
    private final AtomicLong next;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile long limit;

    /** @param from first ID, as {@code limit} before the recorded end of the last block */
    MidSequence(long from, long limit, int block) {
        next = new AtomicLong(from);
        this.limit = limit;
        this.block = block;
    }

    /** @throws SpoolException where the block is used up, as the store does not keep up or fails */
    long take() {
        var bound = limit;
        var mid = next.getAndUpdate(n -> n < bound ? n + 1 : n);
        if (mid >= bound) {
            throw new SpoolException("no message IDs are left until storage records more", false, null);
        }
        return mid;
    }

    /** Whether the caller is to have the next block recorded; true once, until {@link #extended}. */
    boolean runsLow() {
        return limit - next.get() <= block / 2 && asked.compareAndSet(false, true);
    }

    /** End of the block that comes after the present one. */
    long wanted() {
        return limit + block;
    }

    /** The limit was recorded, or that failed where {@code newLimit} is not above the present one. */
    void extended(long newLimit) {
        limit = Math.max(limit, newLimit);
        asked.set(false);
    }

    /** The first ID that was not given out. */
    long unused() {
        return next.get();
    }
}
