package dev.postern.gateway.delivery;

import dev.postern.plan.DestinationPlan;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is seldom done with all that waits: each is a pass over the packed table, block by block where others may go on in between. Safe for use by many threads.
 */
final class Upkeep {
    /** Lanes that are looked at before others get the lock. */
    private static final int LANES_AT_ONCE = 1000;
    private static final int REMEMBERED = 10_000;
    /** How long past its age, and after a start, a message that nothing keeps from being tried still gets its last attempt. */
    private static final long GRACE_MILLIS = 6 * 3_600_000L;

    private final ReentrantLock lock;
    private final Shelf shelf;
    private final InstantSource clock;
    private final Consumer<DomainQueue> dispatch;
    private final long begin;

    /** @param dispatch looks whether a lane can go on, or is needed no more */
    Upkeep(ReentrantLock lock, Shelf shelf, InstantSource clock, Consumer<DomainQueue> dispatch) {
        this.lock = lock;
        this.shelf = shelf;
        this.clock = clock;
        this.dispatch = dispatch;
        this.begin = clock.millis();
    }

    /** An entry that was given out although it is not its turn. */
    record Aged(DomainQueue queue, Entry entry, boolean expired, Outcome reason) {
    }

    /** Entries that are too old, or whose senders want to know of the delay, and where to go on. */
    record AgedPage(List<Aged> entries, int next) {
    }

    /** Makes everything due now for these domains, and looks at every lane anew. */
    void retryNow(Predicate<String> domains) {
        List<DomainQueue> chosen = new ArrayList<>();
        List<DomainQueue> others = new ArrayList<>();
        eachLane(queue -> {
            queue.shortestAge = 0;
            (domains.test(queue.domain()) ? chosen : others).add(queue);
        });
        if (!chosen.isEmpty()) {
            lock.lock();
            try {
                hurry(chosen);
            } finally {
                lock.unlock();
            }
        }
        Stream.of(chosen, others).forEach(queues -> {
            for (int from = 0; from < queues.size(); from += LANES_AT_ONCE) {
                lock.lock();
                try {
                    queues.subList(from, Math.min(queues.size(), from + LANES_AT_ONCE)).forEach(dispatch);
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    /** Ends the rest of these domains; what waits for its time goes on waiting. */
    void wake(Predicate<String> domains) {
        eachLane(queue -> {
            if (domains.test(queue.domain())) {
                queue.blockedUntil = 0;
                queue.failures = 0;
                dispatch.accept(queue);
            }
        });
    }

    private void hurry(List<DomainQueue> chosen) {
        long now = clock.millis();
        EntryTable table = shelf.table;
        boolean[] meant = new boolean[shelf.lanes.end()];
        for (DomainQueue queue : chosen) {
            if (shelf.lanes.numbered(queue.number) == queue) {
                meant[queue.number] = true;
                queue.blockedUntil = 0;
                queue.failures = 0;
            }
        }
        int end = table.end();
        for (int handle = table.next(0, end); handle != EntryTable.NONE; handle = table.next(handle + 1, end)) {
            if (meant[table.lane(handle)]) {
                table.dueBy(handle, now);
            }
        }
        chosen.forEach(queue -> queue.waiting.look(now));
    }

    /** The lanes that rest, and those that take connections; a bounded number of them. */
    List<Rest> resting() {
        List<Rest> resting = new ArrayList<>();
        eachLane(queue -> {
            if (queue.failure != null && queue.blockedUntil > clock.millis() && resting.size() < REMEMBERED) {
                resting.add(Rest.of(queue, shelf.ahead()));
            }
        });
        lock.lock();
        try {
            shelf.living.latest(REMEMBERED - resting.size()).forEach(lane -> resting.add(Rest.none(lane)));
        } finally {
            lock.unlock();
        }
        return resting;
    }

    /** Lanes that rested before the start: they go on doing so for a while when mail for them is found. */
    void remember(List<Rest> rested) {
        lock.lock();
        try {
            for (Rest rest : rested) {
                if (rest.failures() == 0) {
                    shelf.living.add(rest.lane());
                } else {
                    shelf.rested.put(rest.lane(), rest);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Shows every lane, under the lock, with pauses. */
    private void eachLane(Consumer<DomainQueue> consumer) {
        int end = LANES_AT_ONCE;
        for (int from = 0; from < end; from += LANES_AT_ONCE) {
            lock.lock();
            try {
                end = shelf.lanes.end();
                for (int number = from; number < Math.min(end, from + LANES_AT_ONCE); number++) {
                    if (shelf.lanes.numbered(number) != null) {
                        consumer.accept(shelf.lanes.numbered(number));
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Takes messages out; gives those that are being tried, of which nothing was. */
    Set<Long> withdraw(Set<Long> mids) {
        lock.lock();
        try {
            Set<Long> underWay = new HashSet<>();
            Set<Long> free = new HashSet<>();
            mids.forEach(mid -> (shelf.custody.underWay(mid) ? underWay : free).add(mid));
            free.forEach(shelf.custody::withdraw);
            long now = clock.millis();
            EntryTable table = shelf.table;
            int end = free.isEmpty() ? 0 : table.end();
            Set<DomainQueue> touched = new HashSet<>();
            for (int handle = table.next(0, end); handle != EntryTable.NONE; handle = table.next(handle + 1, end)) {
                if (free.contains(table.mid(handle))) {
                    DomainQueue queue = shelf.lanes.numbered(table.lane(handle));
                    queue.waiting.discard(handle, now);
                    touched.add(queue);
                }
            }
            touched.forEach(dispatch);
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    /** What waits for a domain; looks at a bounded number of entries. */
    Waiting waiting(String domain, int listed) {
        lock.lock();
        try {
            return shelf.lanes.of(domain).stream().map(queue -> queue.look(shelf.table, listed)).reduce(Waiting.NOTHING, (one, other) -> one.and(other, listed));
        } finally {
            lock.unlock();
        }
    }

    /** Counts what waits, by lane. Entries that come and go meanwhile are counted or not. */
    Survey survey() {
        Survey survey = new Survey();
        for (int from = 0, end = EntryTable.BLOCK; from < end; from += EntryTable.BLOCK) {
            lock.lock();
            try {
                end = shelf.table.end();
                survey.count(shelf, from, Math.min(end, from + EntryTable.BLOCK), clock.millis());
            } finally {
                lock.unlock();
            }
        }
        eachLane(queue -> survey.lane(queue, shelf.plans.apply(queue.domain()), clock.millis()));
        lock.lock();
        try {
            survey.times(shelf.ahead(), shelf.custody.underWay());
        } finally {
            lock.unlock();
        }
        return survey;
    }

    /**
     * Gives out the entries that are too old and cannot be tried, as their lane rests or is suspended, and those whose delay is to be told. Looks at one block.
     *
     * @param from 0, or where the last page ended; the last page of all has 0 there
     * @param most entries of this page
     */
    AgedPage aged(int from, int most) {
        lock.lock();
        try {
            long now = clock.millis();
            EntryTable table = shelf.table;
            int end = Math.min(table.end(), (from / EntryTable.BLOCK + 1) * EntryTable.BLOCK);
            List<Aged> found = new ArrayList<>();
            int handle = table.next(from, end);
            for (; handle != EntryTable.NONE && found.size() < most; handle = table.next(handle + 1, end)) {
                look(handle, now, found);
            }
            int next = handle != EntryTable.NONE ? handle : end;
            found.forEach(aged -> dispatch.accept(aged.queue));
            return new AgedPage(found, next >= table.end() ? 0 : next);
        } finally {
            lock.unlock();
        }
    }

    private void look(int handle, long now, List<Aged> found) {
        EntryTable table = shelf.table;
        // Seconds are rounded down: one more, and it is so old beyond doubt.
        long age = now - table.received(handle) * 1000 - 1000;
        boolean tells = table.tellsDelay(handle) && age >= Split.DELAY_NOTICE;
        DomainQueue queue = shelf.lanes.numbered(table.lane(handle));
        if (!tells && age < queue.shortestAge) {
            return;
        }
        DestinationPlan plan = shelf.plans.apply(queue.domain());
        if (plan == null) {
            return;
        }
        long oldest = plan.retry().maxAgeSeconds() * 1000;
        queue.shortestAge = oldest;
        boolean late = age >= oldest + GRACE_MILLIS && now - begin >= GRACE_MILLIS;
        // As often as one message would have been tried: age alone may be a wrong clock's, or a long standstill's.
        boolean dead = queue.rests(now) && queue.failures >= Expiry.attempts(plan.retry());
        boolean expired = age >= oldest && (dead || plan.suspended() || late);
        if (expired || tells && age < oldest) {
            found.add(new Aged(queue, shelf.take(queue, handle, now), expired, reason(queue, plan, now)));
        }
    }

    /** Why it was not tried. */
    private static Outcome reason(DomainQueue queue, DestinationPlan plan, long now) {
        if (plan.suspended()) {
            return Outcome.retry("4.3.2", "delivery to " + queue.domain() + " is suspended", null);
        }
        if (queue.failure != null) {
            return queue.failure;
        }
        return Outcome.retry("4.4.5", queue.pausedUntil > now ? "the rate of recipients of " + queue.domain() + " left no room for it"
                : "no connection to " + queue.domain() + " was free for it", null);
    }
}
