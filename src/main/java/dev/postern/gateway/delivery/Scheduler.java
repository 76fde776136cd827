package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.Per;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What is due for which domain, and who may deliver it: a queue for each {@link Lane}, a worker for each connection. Safe for use by
 * many threads; no method but {@link #next} and {@link #awaitEnd} waits.
 *
 * <p>A domain starts with one worker, and each connection that it takes lets it have more, up to its limit ({@link Window}). One whose servers take none rests as a whole:
 * one entry finds that out, the others stay as they are. Which lane gets a connection is {@link Connections}' matter, which entry of a lane is next {@link SenderRings}'.
 * All this holds for each lane of a domain by itself; the domain's limit holds for its lanes together.
 */
final class Scheduler {
    /** Messages after which a connection makes room where another lane waits for one. */
    private static final int TURN = 20;

    private final Function<String, DestinationPlan> plans;
    private final BiConsumer<DomainQueue, Entry> launcher;
    private final int recipients;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Shelf shelf;
    private final Connections connections;
    private final Dials dials;
    private final AddressBook addresses = new AddressBook();
    private final Alarm alarm;
    private final Upkeep upkeep;
    private final Feedback feedback;
    private volatile boolean running;

    /**
     * A scheduler that has not started.
     *
     * @param plans    of domains, now; null: nothing may be tried yet
     * @param launcher starts a worker with its first entry; called under the lock, must not wait
     * @param wall     what the times of messages are by
     * @param steady   what waits are measured by: the same but for when the wall clock is set
     */
    Scheduler(DeliveryOptions options, Function<String, DestinationPlan> plans, BiConsumer<DomainQueue, Entry> launcher, InstantSource wall, InstantSource steady) {
        this.plans = plans;
        this.launcher = launcher;
        this.recipients = options.recipients();
        this.clock = steady;
        this.shelf = new Shelf(plans, wall, steady);
        this.connections = new Connections(options.connections());
        this.dials = new Dials(connections);
        this.feedback = new Feedback(lock, shelf, connections, dials, addresses, steady, this::dispatch);
        this.upkeep = new Upkeep(lock, shelf, steady, this::dispatch);
        this.alarm = new Alarm(lock, steady, this::dispatch, this::relieve);
    }

    void start() {
        lock.lock();
        try {
            running = true;
            alarm.start();
        } finally {
            lock.unlock();
        }
        retryNow(domain -> false);
    }

    /** Takes a message up that nobody has: one that was just committed. One on hold is left out. */
    void enqueue(Envelope envelope) {
        Split split = Split.of(envelope, recipients);
        lock.lock();
        try {
            shelf.add(split, this::dispatch);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a message up that the spool holds since it was opened; once, and not where it came here otherwise meanwhile. */
    void scanned(Envelope envelope) {
        Split split = Split.of(envelope, recipients);
        lock.lock();
        try {
            if (shelf.custody.scanned(envelope.mid())) {
                shelf.add(split, this::dispatch);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The spool was read to the end. */
    void scanEnds() {
        lock.lock();
        try {
            shelf.custody.scanEnds();
        } finally {
            lock.unlock();
        }
    }

    /** Brings a message back that was withdrawn; any other is left as it is, and one on hold stays out. */
    void bringBack(Envelope envelope) {
        Split split = Split.of(envelope, recipients);
        lock.lock();
        try {
            if (shelf.custody.bringBack(envelope.mid())) {
                shelf.add(split, this::dispatch);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Puts recipients back that wait for another attempt; they are done with when {@link #done} is called. */
    void requeue(Lane lane, Envelope envelope, List<Integer> rids, long due) {
        Split split = Split.of(lane, envelope, rids, due, recipients);
        lock.lock();
        try {
            shelf.add(split, this::dispatch);
        } finally {
            lock.unlock();
        }
    }

    /** Puts back what was given out of an entry and not tried; it is done with. */
    void putBack(Lane lane, Entry entry, int[] rids, long due) {
        Split split = new Split(entry.mid(), entry.receivedAt(), entry.ring(), List.of(new Split.Part(lane, due, rids, entry.tellsDelay())));
        lock.lock();
        try {
            shelf.custody.done(entry.mid(), false);
            shelf.add(split, this::dispatch);
        } finally {
            lock.unlock();
        }
    }

    /**
     * An entry that was given out is done with, and written; each is, once.
     *
     * @param gone whether the message left the spool
     * @return true for the last one of a message that did
     */
    boolean done(long mid, boolean gone) {
        lock.lock();
        try {
            return shelf.custody.done(mid, gone);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The worker's next entry; waits for one, no longer than {@code linger}, while nobody else wants the connection's place.
     *
     * @param linger zero where it has no connection
     * @param served entries that the worker had
     * @param at     where its connection is, or null
     * @return null when the worker is to end
     */
    Entry next(DomainQueue queue, Duration linger, int served, InetAddress at) throws InterruptedException {
        lock.lock();
        try {
            DestinationPlan plan = plans.apply(queue.domain());
            if (linger.isPositive() && plan != null) {
                queue.window.took(limit(plan));
            }
            long left = linger.toNanos();
            while (left > 0 && goesOn(queue, plan) && !queue.waiting.due(clock.millis()) && !connections.wanted() && !(at != null && addresses.wanted(at))
                    && waiting(queue, plan) == null) {
                left = queue.await(lock, left);
                plan = plans.apply(queue.domain());
            }
            long now = clock.millis();
            if (!goesOn(queue, plan) || served >= TURN && (connections.wanted() || at != null && addresses.wanted(at))) {
                return null;
            }
            DomainQueue other = served >= TURN || !queue.waiting.due(now) ? waiting(queue, plan) : null;
            if (other != null) {
                other.promised = true;
                return null;
            }
            boolean fits = queue.active + shelf.lanes.beside(queue) <= Math.max(1, limit(plan));
            Entry entry = fits && shelf.admits(queue, plan, now) ? shelf.poll(queue, plan, now) : null;
            if (entry != null && queue.idle == 0 && queue.waiting.due(now)) {
                dispatch(queue);
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private void relieve() {
        if (dials.look(clock.millis())) {
            connections.feed(this::dispatch);
        }
    }

    private DomainQueue waiting(DomainQueue queue, DestinationPlan plan) {
        return shelf.lanes.waiting(queue, limit(plan), clock.millis());
    }

    private boolean goesOn(DomainQueue queue, DestinationPlan plan) {
        return running && plan != null && !plan.suspended() && !queue.rests(clock.millis());
    }

    /** A worker ended. */
    void finished(DomainQueue queue) {
        lock.lock();
        try {
            connections.free(queue);
            connections.feed(this::dispatch);
            for (DomainQueue other : shelf.lanes.of(queue.domain())) {
                if (other != queue) {
                    other.promised = false;
                    dispatch(other);
                }
            }
            dispatch(queue);   // behind those that waited longer
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes everything due now for these domains. */
    void retryNow(Predicate<String> domains) {
        upkeep.retryNow(domains);
    }

    /** What workers tell of hosts. */
    Feedback feedback() {
        return feedback;
    }

    /** What there is to see and to do about all that waits. */
    Upkeep upkeep() {
        return upkeep;
    }

    /** Starts no worker any more, and lets those end that wait. */
    void stop() {
        lock.lock();
        try {
            running = false;
            alarm.stop();
            for (int number = 0; number < shelf.lanes.end(); number++) {
                if (shelf.lanes.numbered(number) != null) {
                    shelf.lanes.numbered(number).signalAll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the workers to end; false when they took longer. */
    boolean awaitEnd(Duration grace) throws InterruptedException {
        long left = grace.toNanos();
        lock.lock();
        try {
            while (connections.workers() > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
            return connections.workers() == 0;
        } finally {
            lock.unlock();
        }
    }

    boolean running() {
        return running;
    }

    /** Workers now. */
    int workers() {
        lock.lock();
        try {
            return connections.workers();
        } finally {
            lock.unlock();
        }
    }

    private void dispatch(DomainQueue queue) {
        long now = clock.millis();
        DestinationPlan plan = plans.apply(queue.domain());
        boolean crowded = queue.crowded != null && queue.crowdedUntil > now;
        if (goesOn(queue, plan) && queue.waiting.due(now)) {
            if (queue.idle > 0) {
                queue.signal();
            } else {
                int allowed = crowded ? 0 : Math.min(queue.window.size(), limit(plan) - shelf.lanes.beside(queue));
                while (queue.active < allowed && queue.waiting.due(now) && shelf.admits(queue, plan, now) && connections.take(queue)) {
                    launcher.accept(queue, shelf.poll(queue, plan, now));
                }
                if (queue.active >= allowed && queue.waiting.due(now)) {
                    shelf.lanes.signalBeside(queue);
                }
            }
        } else if (plan != null && plan.suspended()) {
            queue.signalAll();
        }
        boolean rests = queue.rests(now);
        if (queue.empty() && queue.active == 0 && !rests) {
            alarm.set(queue, Long.MAX_VALUE);
            shelf.lanes.remove(queue);
        } else if (rests) {
            alarm.set(queue, queue.restsUntil());
        } else {
            alarm.set(queue, plan != null && plan.suspended() ? Long.MAX_VALUE : crowded ? Math.min(queue.crowdedUntil, queue.waiting.nextDue()) : queue.waiting.nextDue());
        }
    }

    /** Connections that a domain may have. */
    static int limit(DestinationPlan plan) {
        return plan.limits().per() == Per.Address ? Integer.MAX_VALUE : plan.limits().concurrentConnections();
    }
}
