package dev.postern.gateway.config;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits that double, with jitter so that many pods do not come back at once. Used by one thread. */
final class Backoff {
    private final long firstMillis;
    private final long maxMillis;
    private long nextMillis;

    Backoff(Duration first, Duration max) {
        firstMillis = first.toMillis();
        maxMillis = max.toMillis();
        nextMillis = firstMillis;
    }

    /** Half to all of the present step; the next step is twice as long, up to the maximum. */
    Duration next() {
        Duration wait = jittered(Duration.ofMillis(nextMillis));
        nextMillis = Math.min(maxMillis, nextMillis * 2);
        return wait;
    }

    void reset() {
        nextMillis = firstMillis;
    }

    /** Half to all of a time. */
    static Duration jittered(Duration time) {
        long millis = time.toMillis();
        return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}
