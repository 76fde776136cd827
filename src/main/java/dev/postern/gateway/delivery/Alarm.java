package dev.postern.gateway.delivery;

import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Rings for queues when their time has come. Guarded by the scheduler's lock, which {@code ring} is called under. */
final class Alarm {
    /** The system's clock may be set: the thread never sleeps longer. */
    private static final long MAX_SLEEP_MILLIS = 1000;

    private final ReentrantLock lock;
    private final Condition changed;
    private final InstantSource clock;
    private final Consumer<DomainQueue> ring;
    private final PriorityQueue<Wake> wakes = new PriorityQueue<>();
    private boolean running;

    private record Wake(long at, DomainQueue queue) implements Comparable<Wake> {
        @Override
        public int compareTo(Wake other) {
            return Long.compare(at, other.at);
        }
    }

    Alarm(ReentrantLock lock, InstantSource clock, Consumer<DomainQueue> ring) {
        this.lock = lock;
        this.changed = lock.newCondition();
        this.clock = clock;
        this.ring = ring;
    }

    void start() {
        running = true;
        Thread.ofPlatform().daemon().name("delivery-timer").start(this::run);
    }

    void stop() {
        running = false;
        changed.signal();
    }

    /** Rings at that time at the latest; {@link Long#MAX_VALUE}: not at all. An earlier time that was set stays. */
    void set(DomainQueue queue, long at) {
        if (at < queue.wakeAt) {
            queue.wakeAt = at;
            wakes.add(new Wake(at, queue));
            changed.signal();
        }
    }

    private void run() {
        lock.lock();
        try {
            while (running) {
                long now = clock.millis();
                while (!wakes.isEmpty() && wakes.peek().at() <= now) {
                    Wake wake = wakes.poll();
                    if (wake.at() == wake.queue().wakeAt) {
                        wake.queue().wakeAt = Long.MAX_VALUE;
                        ring.accept(wake.queue());
                    }
                }
                long sleep = wakes.isEmpty() ? MAX_SLEEP_MILLIS : Math.min(MAX_SLEEP_MILLIS, wakes.peek().at() - now);
                changed.await(Math.max(1, sleep), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
