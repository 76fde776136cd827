package dev.postern.gateway.report;

import java.time.Duration;
import java.time.Instant;

/** A token bucket: a burst at once, then one each time the interval is over. Used by one thread. */
public final class RateLimit {
    private final long interval;
    private final long full;
    /** In nanoseconds of the interval. */
    private long credit;
    private Instant at;

    /** @param interval in which one token comes back */
    public RateLimit(int burst, Duration interval) {
        this.interval = interval.toNanos();
        full = burst * this.interval;
        credit = full;
    }

    /** Tokens that may be taken now. */
    public int left(Instant now) {
        if (at != null && now.isAfter(at)) {
            Duration since = Duration.between(at, now);
            credit = since.compareTo(Duration.ofNanos(full - credit)) >= 0 ? full : credit + since.toNanos();
        }
        at = now;
        return (int) (credit / interval);
    }

    /** @param count no more than are {@link #left} */
    public void take(Instant now, int count) {
        left(now);
        credit -= count * interval;
    }

    /** How long until a token is left; zero where one is. */
    public Duration wait(Instant now) {
        left(now);
        return Duration.ofNanos(Math.max(0, interval - credit));
    }

    /** Whether nothing of its burst is taken. */
    public boolean full(Instant now) {
        left(now);
        return credit == full;
    }

    boolean tryTake(Instant now) {
        if (left(now) == 0) {
            return false;
        }
        take(now, 1);
        return true;
    }
}
