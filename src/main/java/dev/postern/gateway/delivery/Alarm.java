package dev.postern.gateway.delivery;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Rings for queues when their time has come, and ticks. Guarded by the scheduler's lock, which {@code ring} and {@code tick} are called under. */
final class Alarm {
    /** The clock may be set: the thread never sleeps longer. */
    private static final long MAX_SLEEP_MILLIS = 1000;
    /** Queues that it rings for before it lets others have the lock. */
    private static final int AT_ONCE = 256;

    private final ReentrantLock lock;
    private final Condition changed;
    private final InstantSource clock;
    private final Consumer<DomainQueue> ring;
    private final Runnable tick;
    /** A binary heap by the time to wake; each queue knows its place. */
    private DomainQueue[] heap = new DomainQueue[64];
    private int size;
    private boolean running;

    /** @param tick once a second, and oftener where there is something to ring for */
    Alarm(ReentrantLock lock, InstantSource clock, Consumer<DomainQueue> ring, Runnable tick) {
        this.lock = lock;
        this.changed = lock.newCondition();
        this.clock = clock;
        this.ring = ring;
        this.tick = tick;
    }

    void start() {
        running = true;
        Thread.ofPlatform().daemon().name("delivery-timer").start(this::run);
    }

    void stop() {
        running = false;
        changed.signal();
    }

    /** Rings at that time; {@link Long#MAX_VALUE}: not at all. */
    void set(DomainQueue queue, long at) {
        if (at == queue.wakeAt) {
            return;
        }
        queue.wakeAt = at;
        if (at == Long.MAX_VALUE) {
            remove(queue);
            return;
        }
        if (queue.wakeIndex < 0) {
            heap = size == heap.length ? Arrays.copyOf(heap, size + size / 2) : heap;
            queue.wakeIndex = size;
            heap[size++] = queue;
        }
        down(up(queue.wakeIndex));
        if (heap[0] == queue) {
            changed.signal();
        }
    }

    private void remove(DomainQueue queue) {
        int at = queue.wakeIndex;
        queue.wakeIndex = -1;
        queue.wakeAt = Long.MAX_VALUE;
        DomainQueue last = heap[--size];
        heap[size] = null;
        if (last != queue) {
            put(last, at);
            down(up(at));
        }
    }

    private int up(int from) {
        int at = from;
        DomainQueue queue = heap[at];
        for (int above = (at - 1) / 2; at > 0 && heap[above].wakeAt > queue.wakeAt; above = (at - 1) / 2) {
            put(heap[above], at);
            at = above;
        }
        put(queue, at);
        return at;
    }

    private void down(int from) {
        int at = from;
        DomainQueue queue = heap[at];
        for (int below = 2 * at + 1; below < size; below = 2 * at + 1) {
            below += below + 1 < size && heap[below + 1].wakeAt < heap[below].wakeAt ? 1 : 0;
            if (heap[below].wakeAt >= queue.wakeAt) {
                break;
            }
            put(heap[below], at);
            at = below;
        }
        put(queue, at);
    }

    private void put(DomainQueue queue, int at) {
        heap[at] = queue;
        queue.wakeIndex = at;
    }

    private void run() {
        lock.lock();
        try {
            while (running) {
                long now = clock.millis();
                int rung = 0;
                for (; size > 0 && heap[0].wakeAt <= now && rung < AT_ONCE; rung++) {
                    DomainQueue queue = heap[0];
                    remove(queue);
                    ring.accept(queue);
                }
                tick.run();
                long sleep = rung == AT_ONCE ? 0 : size == 0 ? MAX_SLEEP_MILLIS : Math.min(MAX_SLEEP_MILLIS, heap[0].wakeAt - now);
                changed.await(Math.max(1, sleep), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
