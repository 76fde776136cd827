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
 * What is due for which domain, and who may deliver it: a queue for each {@link Lane}, a worker for each connection. Safe for use by
 * many threads; no method but {@link #next} waits.
 *
 * <p>A domain starts with one worker, and each connection that it takes doubles what it may have, up to its limit. One whose
 * servers take none backs off as a whole. Domains that have not proven themselves share half of the connections, so that the
 * dead ones, which hold theirs longest, never starve the living. All this holds for each lane of a domain by itself; the domain's limit
 * holds for its lanes together.
 */
final class Scheduler {
    /** Messages after which a connection makes room where another lane of its domain waits for one. */
    private static final int TURN = 20;

    private final int connections;
    private final int recipients;
    private final ToIntFunction<String> limit;
    private final BiConsumer<DomainQueue, Entry> launcher;
    private final InstantSource clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Lanes lanes = new Lanes();
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
            lanes.all().forEach(this::dispatch);
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
            if (envelope.held() || pending == 0 || outstanding.putIfAbsent(envelope.mid(), pending) != null) {
                return;
            }
            byDomain.forEach((domain, byDue) -> byDue.forEach((due, rids) -> add(new Lane(domain, envelope.tls()), envelope.mid(), rids, due)));
        } finally {
            lock.unlock();
        }
    }

    /** Puts recipients back that wait for another attempt. */
    void requeue(Lane lane, long mid, List<Integer> rids, long due) {
        lock.lock();
        try {
            add(lane, mid, rids, due);
        } finally {
            lock.unlock();
        }
    }

    private void add(Lane lane, long mid, List<Integer> rids, long due) {
        long now = clock.millis();
        DomainQueue queue = lanes.get(lane, lock::newCondition);
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
     * @param served entries that the worker had
     * @return null when the worker is to end
     */
    Entry next(DomainQueue queue, Duration linger, int served) throws InterruptedException {
        lock.lock();
        try {
            queue.promote(clock.millis());
            long left = linger.toNanos();
            while (running && queue.ready.isEmpty() && left > 0 && (workers < connections || starved.isEmpty() && starvedUnproven.isEmpty())
                    && waiting(queue) == null) {
                queue.idle++;
                try {
                    left = queue.arrived.awaitNanos(left);
                } finally {
                    queue.idle--;
                }
                queue.promote(clock.millis());
            }
            DomainQueue other = queue.ready.isEmpty() || served >= TURN ? waiting(queue) : null;
            if (other != null) {
                other.promised = true;
                return null;
            }
            boolean fits = queue.active + lanes.beside(queue) <= Math.max(1, limit.applyAsInt(queue.domain())) && queue.blockedUntil <= clock.millis();
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
            lanes.siblings(queue).forEach(other -> {
                other.promised = false;
                dispatch(other);
            });
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
            for (DomainQueue queue : lanes.all()) {
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

    void wake(Predicate<String> domains) {
        lock.lock();
        try {
            lanes.all().stream().filter(q -> domains.test(q.domain())).forEach(q -> {
                q.blockedUntil = 0;
                q.failures = 0;
                dispatch(q);
            });
        } finally {
            lock.unlock();
        }
    }

    List<Queues.Destination> destinations() {
        lock.lock();
        try {
            return lanes.all().stream().map(q -> new Queues.Destination(q.domain(), null, q.lane().tls(), q.ready.size(), q.later().size(), q.active - q.idle, q.open, 0,
                    q.blockedUntil > clock.millis() ? q.blockedUntil : q.ready.isEmpty() ? q.nextDue() : 0, false, null)).toList();
        } finally {
            lock.unlock();
        }
    }

    java.util.Set<Long> withdraw(java.util.Set<Long> mids) {
        lock.lock();
        try {
            Map<Long, Integer> waiting = new HashMap<>();
            for (DomainQueue q : lanes.all()) {
                java.util.stream.Stream.concat(q.ready.stream(), q.later().stream()).filter(e -> mids.contains(e.mid())).forEach(e -> waiting.merge(e.mid(), e.rids().length, Integer::sum));
            }
            java.util.Set<Long> busy = new java.util.HashSet<>();
            mids.forEach(mid -> {
                if (outstanding.getOrDefault(mid, 0) > waiting.getOrDefault(mid, 0)) {
                    busy.add(mid);
                } else {
                    outstanding.remove(mid);
                }
            });
            for (DomainQueue q : lanes.all()) {
                q.ready.removeIf(e -> mids.contains(e.mid()) && !busy.contains(e.mid()));
                q.later().removeIf(e -> mids.contains(e.mid()) && !busy.contains(e.mid()));
            }
            return busy;
        } finally {
            lock.unlock();
        }
    }

    /** What waits for a domain; looks at a bounded number of entries. */
    Waiting waiting(String domain, int listed) {
        lock.lock();
        try {
            return lanes.of(domain).stream().map(queue -> queue.waiting(listed)).reduce(Waiting.NOTHING, (one, other) -> one.and(other, listed));
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
            lanes.all().forEach(q -> q.arrived.signalAll());
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
            int allowed = Math.min(queue.window, limit.applyAsInt(queue.domain()) - lanes.beside(queue));
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
            } else if (!queue.ready.isEmpty() && queue.active >= allowed) {
                lanes.siblings(queue).stream().filter(other -> other.idle > 0).forEach(other -> other.arrived.signal());   // it may make room
            }
        }
        if (queue.empty() && queue.active == 0 && queue.blockedUntil <= now) {
            lanes.remove(queue);
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

    private DomainQueue waiting(DomainQueue queue) {
        return lanes.waiting(queue, limit.applyAsInt(queue.domain()), clock.millis());
    }

    private int unprovenLimit() {
        return Math.max(1, connections / 2);
    }
}
