package dev.postern.gateway.delivery;

import dev.postern.plan.DestinationPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Counts what waits, lane by lane. Its parts are called under the scheduler's lock, its results are read by whoever made it. */
final class Survey {
    /** For each lane: due, later, when the next is due, when the oldest came in (in seconds). */
    private long[] lanes = new long[4 * 64];
    private final List<Queues.Destination> destinations = new ArrayList<>();
    private long due;
    private long later;
    private long oldest;
    private int underWay;

    /** Counts the entries from one handle to below another. */
    void count(Shelf shelf, int from, int end, long now) {
        EntryTable table = shelf.table;
        for (int handle = table.next(from, end); handle != EntryTable.NONE; handle = table.next(handle + 1, end)) {
            int at = 4 * table.lane(handle);
            if (at >= lanes.length) {
                lanes = Arrays.copyOf(lanes, Math.max(4 * shelf.lanes.end(), at + 4));
            }
            boolean isDue = table.due(handle) <= now;
            lanes[at] += isDue ? 1 : 0;
            lanes[at + 1] += isDue ? 0 : 1;
            lanes[at + 2] = lanes[at + 2] == 0 ? table.due(handle) : Math.min(lanes[at + 2], table.due(handle));
            lanes[at + 3] = lanes[at + 3] == 0 ? table.received(handle) : Math.min(lanes[at + 3], table.received(handle));
        }
    }

    /** What is known of a lane; once all entries are counted. Times are still the scheduler's. */
    void lane(DomainQueue queue, DestinationPlan plan, long now) {
        int at = 4 * queue.number;
        boolean counted = at < lanes.length;
        long dueHere = counted ? lanes[at] : 0;
        long laterHere = counted ? lanes[at + 1] : 0;
        int busy = queue.active - queue.idle;
        if (dueHere + laterHere + busy + queue.open == 0) {
            return;
        }
        long oldestHere = counted ? lanes[at + 3] * 1000 : 0;
        boolean suspended = plan != null && plan.suspended();
        long next = suspended ? Long.MAX_VALUE : queue.rests(now) ? queue.restsUntil() : dueHere > 0 || laterHere == 0 ? 0 : lanes[at + 2];
        destinations.add(new Queues.Destination(queue.domain(), queue.lane().route(), queue.lane().tls(), count(dueHere), count(laterHere), busy, queue.open, oldestHere, next, suspended,
                queue.failure == null ? null : queue.failure.status() + " " + queue.failure.text(), limited(queue, plan, now)));
        due += dueHere;
        later += laterHere;
        oldest = oldest == 0 || oldestHere == 0 ? Math.max(oldest, oldestHere) : Math.min(oldest, oldestHere);
    }

    private static String limited(DomainQueue queue, DestinationPlan plan, long now) {
        if (plan == null) {
            return null;
        }
        DestinationPlan.Rate rate = plan.limits().recipients();
        if (rate != null && queue.pausedUntil > now) {
            return rate.maximum() + " recipients in " + rate.minutes() + " minutes";
        }
        return queue.crowded != null && queue.crowdedUntil > now
                ? plan.limits().concurrentConnections() + " connections to " + queue.crowded.address.getHostAddress() : null;
    }

    /** Turns times into those of the wall clock. */
    void times(long ahead, int messagesUnderWay) {
        underWay = messagesUnderWay;
        oldest = oldest == 0 ? 0 : oldest + ahead;
        destinations.replaceAll(d -> new Queues.Destination(d.domain(), d.route(), d.tls(), d.due(), d.later(), d.underWay(), d.connections(),
                d.oldest() == 0 ? 0 : d.oldest() + ahead, d.nextAttempt() == 0 || d.nextAttempt() == Long.MAX_VALUE ? d.nextAttempt() : d.nextAttempt() + ahead,
                d.suspended(), d.failure(), d.limited()));
        destinations.sort(Comparator.comparing(Queues.Destination::domain).thenComparing(Queues.Destination::tls)
                .thenComparing(d -> d.route() == null ? "" : d.route()));
        lanes = null;
    }

    /** In order of their names. */
    List<Queues.Destination> destinations() {
        return destinations;
    }

    /** Entries that could go now. */
    long due() {
        return due;
    }

    /** Entries that wait for their time. */
    long later() {
        return later;
    }

    /** Messages that are being tried. */
    int underWay() {
        return underWay;
    }

    /** When the oldest came in, in milliseconds since the epoch; 0 where nothing waits. */
    long oldest() {
        return oldest;
    }

    private static int count(long entries) {
        return (int) Math.min(Integer.MAX_VALUE, entries);
    }
}
