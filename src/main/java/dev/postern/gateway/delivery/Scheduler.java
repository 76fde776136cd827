package dev.postern.gateway.delivery;

import dev.postern.gateway.spool.Envelope;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What is due for which domain, and who may deliver it: a queue for each domain, a worker for each connection. Safe for use by
 * many threads; no method but {@link #next} waits.
 *
 * <p>A domain starts with one worker, and each connection that it takes doubles what it may have, up to its limit. One whose
 * servers take none backs off as a whole. Domains that have not proven themselves share half of the connections, so that the
 * dead ones, which hold theirs longest, never starve the living.
 */
final class Scheduler {
    private final int connections;
    private final int recipients;
    private final ToIntFunction<String> limit;
    private final BiConsumer<DomainQueue, Entry> launcher;
    private final InstantSource clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Map<String, DomainQueue> queues = new HashMap<>();
    /** Recipients that are not settled, by message. */
    private final Map<Long, Integer> outstanding = new HashMap<>();
    private final Alarm alarm;
    /** Queues that would have more workers, were there connections left: those that have proven themselves, and the others. */
    private final SequencedSet<DomainQueue> starved = new LinkedHashSet<>();
    private final SequencedSet<DomainQueue> starvedUnproven = new LinkedHashSet<>();
    private int workers;
    private int unproven;
    private boolean running;

    /**
     * A scheduler that has not started.
     *
     * @param limit    connections that a domain may have now; 0: none may be opened yet
     * @param launcher starts a worker with its first entry; called under the lock, must not wait
     */
    Scheduler(DeliveryOptions options, ToIntFunction<String> limit, BiConsumer<DomainQueue, Entry> launcher, InstantSource clock) {
        this.connections = options.connections();
        this.recipients = options.recipients();
        this.limit = limit;
        this.launcher = launcher;
        this.clock = clock;
        this.alarm = new Alarm(lock, clock, this::dispatch);
    }

    void start() {
        lock.lock();
        try {
            running = true;
            alarm.start();
            queues.values().stream().toList().forEach(this::dispatch);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a message up; one that is known already is left as it is. */
    void enqueue(Envelope envelope) {
        Map<String, Map<Long, List<Integer>>> byDomain = new TreeMap<>();
        int pending = 0;
        for (int rid = 0; rid < envelope.recipients().size(); rid++) {
            var recipient = envelope.recipients().get(rid);
            if (recipient.state() == Envelope.State.PENDING) {
                pending++;
                byDomain.computeIfAbsent(Domains.ascii(recipient.domain()), d -> new TreeMap<>())
                        .computeIfAbsent(recipient.nextAttempt(), t -> new ArrayList<>()).add(rid);
            }
        }
        lock.lock();
        try {
            if (pending == 0 || outstanding.putIfAbsent(envelope.mid(), pending) != null) {
                return;
            }
            byDomain.forEach((domain, byDue) -> byDue.forEach((due, rids) -> add(domain, envelope.mid(), rids, due)));
        } finally {
            lock.unlock();
        }
    }

    /** Puts recipients back that wait for another attempt. */
    void requeue(DomainQueue queue, long mid, List<Integer> rids, long due) {
        lock.lock();
        try {
            add(queue.domain(), mid, rids, due);
        } finally {
            lock.unlock();
        }
    }

    private void add(String domain, long mid, List<Integer> rids, long due) {
        long now = clock.millis();
        DomainQueue queue = queues.computeIfAbsent(domain, d -> new DomainQueue(d, lock.newCondition()));
        for (int from = 0; from < rids.size(); from += recipients) {
            queue.add(new Entry(mid, rids.subList(from, Math.min(rids.size(), from + recipients)).stream().mapToInt(Integer::intValue).toArray(), due), now);
        }
        dispatch(queue);
    }

    /** Notes that recipients are delivered or bounced; true when they were the message's last. */
    boolean settled(long mid, int count) {
        lock.lock();
        try {
            Integer left = outstanding.computeIfPresent(mid, (m, n) -> n > count ? n - count : null);
            return left == null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The worker's next entry; waits for one, no longer than {@code linger}, while nobody else wants the connection's place.
     *
     * @return null when the worker is to end
     */
    Entry next(DomainQueue queue, Duration linger) throws InterruptedException {
        lock.lock();
        try {
            queue.promote(clock.millis());
            long left = linger.toNanos();
            while (running && queue.ready.isEmpty() && left > 0 && (workers < connections || starved.isEmpty() && starvedUnproven.isEmpty())) {
                queue.idle++;
                try {
                    left = queue.arrived.awaitNanos(left);
                } finally {
                    queue.idle--;
                }
                queue.promote(clock.millis());
            }
            boolean fits = queue.active <= Math.max(1, limit.applyAsInt(queue.domain())) && queue.blockedUntil <= clock.millis();
            return running && fits ? queue.ready.poll() : null;
        } finally {
            lock.unlock();
        }
    }

    /** A worker opened a connection. */
    void opened(DomainQueue queue) {
        lock.lock();
        try {
            queue.open++;
            queue.failures = 0;
            queue.blockedUntil = 0;
            if (!queue.proven) {
                queue.proven = true;
                unproven -= queue.active;
            }
            queue.window = Math.max(queue.window, Math.min(2 * queue.window, limit.applyAsInt(queue.domain())));
            dispatch(queue);
        } finally {
            lock.unlock();
        }
    }

    /** A worker closed its connection. */
    void closed(DomainQueue queue) {
        lock.lock();
        try {
            queue.open--;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A worker found no host that takes a connection. Where others have one, the domain lives, and only its window shrinks.
     *
     * @return how many times in a row this happened, or 0 where others have a connection
     */
    int failed(DomainQueue queue) {
        lock.lock();
        try {
            if (queue.open > 0) {
                queue.window = queue.open;
                return 0;
            }
            queue.window = 1;
            if (queue.proven) {
                queue.proven = false;
                unproven += queue.active;
            }
            return ++queue.failures;
        } finally {
            lock.unlock();
        }
    }

    /** Lets a domain rest; gives back what is due, to be delayed with the one that failed. */
    List<Entry> block(DomainQueue queue, long until) {
        lock.lock();
        try {
            queue.blockedUntil = Math.max(queue.blockedUntil, until);
            queue.promote(clock.millis());
            return queue.takeReady();
        } finally {
            lock.unlock();
        }
    }

    /** A worker ended. */
    void finished(DomainQueue queue) {
        lock.lock();
        try {
            workers--;
            queue.active--;
            if (!queue.proven) {
                unproven--;
            }
            feed();
            dispatch(queue);   // behind those that waited longer
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes everything due now for the domains whose plan changed: what was wrong may be mended. */
    void retryNow(Predicate<String> changed) {
        lock.lock();
        try {
            for (DomainQueue queue : List.copyOf(queues.values())) {
                if (changed.test(queue.domain())) {
                    queue.blockedUntil = 0;
                    queue.failures = 0;
                    queue.promoteAll();
                }
                dispatch(queue);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What waits for a domain; looks at a bounded number of entries. */
    Waiting waiting(String domain, int listed) {
        lock.lock();
        try {
            DomainQueue queue = queues.get(domain);
            return queue == null ? Waiting.NOTHING : queue.waiting(listed);
        } finally {
            lock.unlock();
        }
    }

    /** Starts no worker any more, and lets those end that wait. */
    void stop() {
        lock.lock();
        try {
            running = false;
            alarm.stop();
            queues.values().forEach(q -> q.arrived.signalAll());
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the workers to end; false when they took longer. */
    boolean awaitEnd(Duration grace) throws InterruptedException {
        long left = grace.toNanos();
        lock.lock();
        try {
            while (workers > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
            return workers == 0;
        } finally {
            lock.unlock();
        }
    }

    boolean running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Workers now. */
    int workers() {
        lock.lock();
        try {
            return workers;
        } finally {
            lock.unlock();
        }
    }

    private void dispatch(DomainQueue queue) {
        long now = clock.millis();
        queue.promote(now);
        if (running && queue.blockedUntil <= now) {
            int allowed = Math.min(queue.window, limit.applyAsInt(queue.domain()));
            while (queue.ready.size() > queue.idle && queue.active < allowed) {
                if (workers >= connections || !queue.proven && unproven >= unprovenLimit()) {
                    (queue.proven ? starved : starvedUnproven).add(queue);
                    break;
                }
                workers++;
                queue.active++;
                unproven += queue.proven ? 0 : 1;
                launcher.accept(queue, queue.ready.poll());
            }
            if (!queue.ready.isEmpty() && queue.idle > 0) {
                queue.arrived.signal();
            }
        }
        if (queue.empty() && queue.active == 0 && queue.blockedUntil <= now) {
            queues.remove(queue.domain(), queue);
            return;
        }
        alarm.set(queue, queue.blockedUntil > now ? queue.blockedUntil : queue.nextDue());
    }

    /** Gives free connections to those that wait for one, in turn. */
    private void feed() {
        while (workers < connections && !starved.isEmpty()) {
            dispatch(starved.removeFirst());
        }
        while (workers < connections && unproven < unprovenLimit() && !starvedUnproven.isEmpty()) {
            dispatch(starvedUnproven.removeFirst());
        }
    }

    private int unprovenLimit() {
        return Math.max(1, connections / 2);
    }
}
