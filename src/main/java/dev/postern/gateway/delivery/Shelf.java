package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.Per;
import dev.postern.plan.DestinationPlan;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** What waits, lane by lane, and what is given out of it. Guarded by the scheduler's lock. */
final class Shelf {
    final EntryTable table = new EntryTable();
    final Lanes lanes = new Lanes(table);
    final Custody custody = new Custody();
    final Paces paces = new Paces();
    /** Lanes that rested before the start and have no mail yet. */
    final Map<Lane, Rest> rested = new HashMap<>();
    final Function<String, DestinationPlan> plans;
    /** Lanes that took a connection the last time, with mail or without. */
    final Living living = new Living();
    private final InstantSource wall;
    private final InstantSource steady;

    /** @param plans of domains; null where there is none yet */
    Shelf(Function<String, DestinationPlan> plans, InstantSource wall, InstantSource steady) {
        this.plans = plans;
        this.wall = wall;
        this.steady = steady;
    }

    /** What times of messages are ahead of the times here, in milliseconds: not zero once the clock was set. */
    long ahead() {
        return wall.millis() - steady.millis();
    }

    /** Adds a message. A clock that was ahead when it was delayed makes it wait no longer than its schedule's longest wait. */
    void add(Split split, Consumer<DomainQueue> added) {
        long now = steady.millis();
        long ahead = ahead();
        for (Split.Part part : split.parts()) {
            DomainQueue found = lanes.find(part.lane());
            DomainQueue queue = found == null ? begin(part.lane(), now) : found;
            DestinationPlan plan = plans.apply(queue.domain());
            long longest = Backoff.longest(plan == null ? DestinationPlan.Retry.STANDARD : plan.retry());
            long due = Math.min(part.due() - ahead, now + longest);
            long received = Math.max(0, split.receivedAt() - ahead) / 1000;
            if (table.takes(part.rids())) {
                queue.waiting.add(table.add(split.mid(), part.rids(), due, received, queue.number, split.ring(), part.tellsDelay()), now);
            } else {
                for (int rid : part.rids()) {
                    queue.waiting.add(table.add(split.mid(), new int[] {rid}, due, received, queue.number, split.ring(), part.tellsDelay()), now);
                }
            }
            added.accept(queue);
        }
    }

    private DomainQueue begin(Lane lane, long now) {
        DomainQueue queue = lanes.add(lane);
        Rest rest = rested.remove(lane);
        queue.proven = living.contains(lane);
        long left = rest == null ? 0 : rest.left(now + ahead());
        if (left > 0) {
            queue.blockedUntil = now + left;
            queue.failures = rest.failures();
            queue.failure = rest.failure();
        }
        return queue;
    }

    /** Whether the domain's rate of recipients leaves room for one; else the lane waits until it does. */
    boolean admits(DomainQueue queue, DestinationPlan plan, long now) {
        DestinationPlan.Rate rate = rate(plan);
        if (paces.left(queue.domain(), rate, now) > 0) {
            return true;
        }
        queue.pausedUntil = now + paces.wait(queue.domain(), rate, now);
        return false;
    }

    /** Gives out the entry whose turn it is, or as many of its recipients as may go now; null where nothing is due. */
    Entry poll(DomainQueue queue, DestinationPlan plan, long now) {
        int handle = queue.waiting.poll(now);
        if (handle == EntryTable.NONE) {
            return null;
        }
        DestinationPlan.Rate rate = rate(plan);
        int[] rids = table.rids(handle);
        int may = Math.min(rids.length, paces.left(queue.domain(), rate, now));
        paces.take(queue.domain(), rate, may, now);
        Entry entry = entry(handle, may == rids.length ? rids : Arrays.copyOf(rids, may));
        if (may < rids.length) {
            queue.waiting.add(table.add(entry.mid(), Arrays.copyOfRange(rids, may, rids.length), table.due(handle), table.received(handle), queue.number, table.ring(handle),
                    table.tellsDelay(handle)), now);
        }
        table.remove(handle);
        custody.given(entry.mid());
        return entry;
    }

    /** Gives out this entry, whose turn it is not. */
    Entry take(DomainQueue queue, int handle, long now) {
        Entry entry = entry(handle, table.rids(handle));
        queue.waiting.discard(handle, now);
        custody.given(entry.mid());
        return entry;
    }

    private Entry entry(int handle, int[] rids) {
        return new Entry(table.mid(handle), rids, table.due(handle) + ahead(), table.received(handle) * 1000 + ahead(), table.ring(handle), table.tellsDelay(handle));
    }

    private static DestinationPlan.Rate rate(DestinationPlan plan) {
        return plan.limits().per() == Per.Destination ? plan.limits().recipients() : null;
    }
}
