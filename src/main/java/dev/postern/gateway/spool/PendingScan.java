package dev.postern.gateway.spool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a walk through the envelopes and the writer tell each other, so that nobody is given the form of a message that it no longer has: the
 * writer says what it wrote before anybody waiting for that write is told, and where just this message is being visited it waits for the end of that. Each first says
 * what it is about and then looks at the other, so that one of them at least takes notice.
 */
final class PendingScan {
    private static final long NONE = -1;

    /** MIDs of the page being visited that are still to come: from {@code low} to below {@code high}. */
    private volatile long low;
    private volatile long high;
    private volatile long visited = NONE;
    private final Set<Long> changed = ConcurrentHashMap.newKeySet();

    /** The page that is read next has MIDs from {@code from} on: what is written from now on is noted. */
    void reading(long from) {
        changed.clear();
        low = from;
        high = Long.MAX_VALUE;
    }

    /** The page was read, and ends before {@code next}: what is written behind it is in the next page. */
    void read(long next) {
        high = next;
    }

    /**
     * Visits a message of the page.
     *
     * @param fresh  for a message that changed since the page was read
     * @param steady for another
     */
    void visit(long mid, Runnable fresh, Runnable steady) {
        visited = mid;
        try {
            (changed.contains(mid) ? fresh : steady).run();
        } finally {
            low = mid + 1;
            synchronized (this) {
                visited = NONE;
                notifyAll();
            }
        }
    }

    /** A message was written or removed. */
    void changed(long mid) {
        if (mid < low || mid >= high) {
            return;
        }
        changed.add(mid);
        if (visited == mid) {
            awaitEnd(mid);
        }
    }

    private synchronized void awaitEnd(long mid) {
        var interrupted = false;
        while (visited == mid) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
