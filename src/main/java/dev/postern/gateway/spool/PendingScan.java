package dev.postern.gateway.spool;

import java.util.HashSet;
import java.util.Set;

/**
 * What a walk through the envelopes and the writer tell each other, so that nobody is given the form of a message that it no longer has: the
 * writer says what it wrote before anybody waiting for that write is told, and waits for a visit that is under way. It looks at a message that the walk is
 * not near without any lock.
 */
final class PendingScan {
    /** MIDs of the page being visited that are still to come: from {@code low} to below {@code high}. */
    private volatile long low;
    private volatile long high;
    private final Set<Long> changed = new HashSet<>();

    /** The page that is read next has MIDs from {@code from} on: what is written from now on is noted. */
    synchronized void reading(long from) {
        changed.clear();
        low = from;
        high = Long.MAX_VALUE;
    }

    /** The page was read, and ends before {@code next}: what is written behind it is in the next page. */
    synchronized void read(long next) {
        high = next;
    }

    /**
     * Visits a message of the page.
     *
     * @param fresh  for a message that changed since the page was read
     * @param steady for another
     */
    synchronized void visit(long mid, Runnable fresh, Runnable steady) {
        (changed.contains(mid) ? fresh : steady).run();
        low = mid + 1;
    }

    /** A message was written or removed. */
    void changed(long mid) {
        if (mid < low || mid >= high) {
            return;
        }
        synchronized (this) {
            changed.add(mid);
        }
    }
}
