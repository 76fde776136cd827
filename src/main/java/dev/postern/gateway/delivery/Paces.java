package dev.postern.gateway.delivery;

import dev.postern.gateway.report.RateLimit;
import dev.postern.plan.DestinationPlan.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How far the rates of recipients are used up, by domain or address. A tenth may go at once, the rest evenly spread, so that no stretch of the rate's
 * length has more than its maximum. Guarded by the scheduler's lock.
 */
final class Paces {
    private static final int BURSTS = 10;
    private static final int FEW = 1024;

    private final Map<Object, Pace> paces = new HashMap<>();
    private int crowd = FEW;

    private record Pace(Rate rate, RateLimit limit) {
    }

    /** Recipients that may go now; {@link Integer#MAX_VALUE} for no rate. */
    int left(Object whom, Rate rate, long now) {
        return rate == null ? Integer.MAX_VALUE : pace(whom, rate, now).left(Instant.ofEpochMilli(now));
    }

    /** Counts recipients, no more than are {@link #left}. */
    void take(Object whom, Rate rate, int recipients, long now) {
        if (rate != null) {
            pace(whom, rate, now).take(Instant.ofEpochMilli(now), recipients);
        }
    }

    /** Milliseconds until another may go. */
    long wait(Object whom, Rate rate, long now) {
        return pace(whom, rate, now).wait(Instant.ofEpochMilli(now)).plusNanos(999_999).toMillis();
    }

    private RateLimit pace(Object whom, Rate rate, long now) {
        Pace pace = paces.get(whom);
        if (pace == null || !pace.rate.equals(rate)) {
            if (paces.size() >= crowd) {
                Instant instant = Instant.ofEpochMilli(now);
                paces.values().removeIf(p -> p.limit.full(instant));   // as if it had never been
                crowd = Math.max(FEW, 2 * paces.size());
            }
            int burst = (rate.maximum() + BURSTS - 1) / BURSTS;
            pace = new Pace(rate, new RateLimit(burst, Duration.ofMinutes(rate.minutes()).dividedBy(rate.maximum() - burst + 1)));
            paces.put(whom, pace);
        }
        return pace.limit;
    }
}
