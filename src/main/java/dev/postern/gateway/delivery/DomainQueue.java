package dev.postern.gateway.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.stream.Stream;

/** What waits in one lane of a domain, and how the domain's servers do for it. Guarded by the scheduler's lock. */
final class DomainQueue {
    /** Entries that a look at what waits goes through at most, as it holds the scheduler up. */
    private static final int LOOKED_AT = 1000;

    private final Lane lane;
    /** Signalled when an idle worker may find something. */
    final Condition arrived;
    /** Due, in order. */
    final Deque<Entry> ready = new ArrayDeque<>();
    /** Not due yet. */
    private final PriorityQueue<Entry> later = new PriorityQueue<>();
    /** Workers, and those of them that have a connection, and those of these that wait for mail. */
    int active;
    int open;
    int idle;
    /** Workers allowed now: one until a connection was opened, then twice as many each time. */
    int window = 1;
    /** Whether the last attempt to open a connection worked. */
    boolean proven;
    /** Attempts in a row that no host took. */
    int failures;
    long blockedUntil;
    /** Whether a worker of another lane of the domain is ending so that this one gets its place. */
    boolean promised;
    /** When the timer will look at this queue; no later than it must. */
    long wakeAt = Long.MAX_VALUE;

    DomainQueue(Lane lane, Condition arrived) {
        this.lane = lane;
        this.arrived = arrived;
    }

    Lane lane() {
        return lane;
    }

    String domain() {
        return lane.domain();
    }

    void add(Entry entry, long now) {
        if (entry.due() <= now) {
            ready.add(entry);
        } else {
            later.add(entry);
        }
    }

    void promote(long now) {
        while (!later.isEmpty() && later.peek().due() <= now) {
            ready.add(later.poll());
        }
    }

    PriorityQueue<Entry> later() {
        return later;
    }

    void promoteAll() {
        promote(Long.MAX_VALUE);
    }

    /** Takes all that are due. */
    List<Entry> takeReady() {
        List<Entry> all = new ArrayList<>(ready);
        ready.clear();
        return all;
    }

    /** When something here comes due; {@link Long#MAX_VALUE} where nothing waits. */
    long nextDue() {
        return later.isEmpty() ? Long.MAX_VALUE : later.peek().due();
    }

    /** Names the first messages, and counts the rest. */
    Waiting waiting(int listed) {
        SortedSet<Long> mids = new TreeSet<>();
        long named = 0;
        Iterator<Entry> entries = Stream.concat(ready.stream(), later.stream()).limit(LOOKED_AT).iterator();
        while (entries.hasNext()) {
            long mid = entries.next().mid();
            if (mids.contains(mid) || mids.size() < listed && mids.add(mid)) {
                named++;
            }
        }
        return new Waiting(List.copyOf(mids), ready.size() + later.size() - named, active - idle);
    }

    boolean empty() {
        return ready.isEmpty() && later.isEmpty();
    }
}
