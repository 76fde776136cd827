package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.Per;
import dev.postern.plan.DestinationPlan;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What workers tell of a destination's hosts, and what they may do there: by it lanes grow, shrink, rest and wait. Safe for use by many threads; nothing here waits. */
final class Feedback {
    private final ReentrantLock lock;
    private final Shelf shelf;
    private final Connections connections;
    private final Dials dials;
    private final AddressBook addresses;
    private final InstantSource clock;
    private final Consumer<DomainQueue> dispatch;
    private long rests;

    /** @param dispatch looks whether a lane can go on; called under the lock */
    Feedback(ReentrantLock lock, Shelf shelf, Connections connections, Dials dials, AddressBook addresses, InstantSource clock, Consumer<DomainQueue> dispatch) {
        this.lock = lock;
        this.shelf = shelf;
        this.connections = connections;
        this.dials = dials;
        this.addresses = addresses;
        this.clock = clock;
        this.dispatch = dispatch;
    }

    /** A worker begins to look for a host that takes a connection; {@link #dialed} tells that it is over. */
    Dials.Dial dialing(DomainQueue queue) {
        lock.lock();
        try {
            return dials.begin(queue, clock.millis());
        } finally {
            lock.unlock();
        }
    }

    /** It has one, or none will take one. May be called again. */
    void dialed(Dials.Dial dial) {
        lock.lock();
        try {
            dials.end(dial);
        } finally {
            lock.unlock();
        }
    }

    /** A worker opened a connection. */
    void opened(DomainQueue queue) {
        lock.lock();
        try {
            queue.open++;
            rests += queue.failures > 0 || !queue.proven ? 1 : 0;
            queue.failures = 0;
            queue.blockedUntil = 0;
            queue.failure = null;
            connections.proven(queue, true);
            shelf.living.add(queue.lane());
            DestinationPlan plan = shelf.plans.apply(queue.domain());
            queue.window.opened(plan == null ? 1 : Scheduler.limit(plan));
            dispatch.accept(queue);
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
                queue.window.refused(queue.open);
                return 0;
            }
            queue.window.dead();
            connections.proven(queue, false);
            shelf.living.remove(queue.lane());
            return ++queue.failures;
        } finally {
            lock.unlock();
        }
    }

    /** Lets a lane rest for so long, in milliseconds, and remembers why; what waits in it stays as it is. */
    void rest(DomainQueue queue, long millis, Outcome failure) {
        lock.lock();
        try {
            queue.blockedUntil = Math.max(queue.blockedUntil, clock.millis() + millis);
            queue.failure = failure;
            rests++;
            dispatch.accept(queue);
        } finally {
            lock.unlock();
        }
    }

    /** How often a lane began to rest, or ended it. */
    long rests() {
        lock.lock();
        try {
            return rests;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A worker is about to open a connection.
     *
     * @return false where the address has as many as it may: then the lane waits until one is closed
     */
    boolean enter(DomainQueue queue, InetAddress address, DestinationPlan plan) {
        lock.lock();
        try {
            return addresses.enter(queue, address, plan.limits().per() == Per.Address ? plan.limits().concurrentConnections() : Integer.MAX_VALUE, clock.millis());
        } finally {
            lock.unlock();
        }
    }

    /** That connection is closed, or did not come to be. */
    void leave(InetAddress address) {
        lock.lock();
        try {
            addresses.leave(address, dispatch);
        } finally {
            lock.unlock();
        }
    }

    /** How many of so many recipients may go to an address now, which are counted; where none may, the lane waits until one may. */
    int admit(DomainQueue queue, InetAddress address, int recipients, DestinationPlan plan) {
        if (plan.limits().recipients() == null || plan.limits().per() != Per.Address) {
            return recipients;
        }
        lock.lock();
        try {
            long now = clock.millis();
            int may = Math.min(recipients, shelf.paces.left(address, plan.limits().recipients(), now));
            if (may == 0) {
                queue.pausedUntil = now + shelf.paces.wait(address, plan.limits().recipients(), now);
            }
            shelf.paces.take(address, plan.limits().recipients(), may, now);
            return may;
        } finally {
            lock.unlock();
        }
    }
}
