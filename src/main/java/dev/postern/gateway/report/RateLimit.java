package dev.postern.gateway.report;

import java.time.Duration;
import java.time.Instant;

/** A token bucket. Used by one thread. */
final class RateLimit {
    private final int burst;
    private final Duration interval;
    private double tokens;
    private Instant at;

    /** @param interval in which one token comes back */
    RateLimit(int burst, Duration interval) {
        this.burst = burst;
        this.interval = interval;
        tokens = burst;
    }

    boolean tryTake(Instant now) {
        if (at != null && now.isAfter(at)) {
            tokens = Math.min(burst, tokens + (double) Duration.between(at, now).toNanos() / interval.toNanos());
        }
        at = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
