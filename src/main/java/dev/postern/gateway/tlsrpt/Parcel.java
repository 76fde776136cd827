package dev.postern.gateway.tlsrpt;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A report on its way.
 *
 * @param composed when
 * @param pending  URIs that it has not been delivered to; null before the domain's record was read
 * @param attempts that failed so far
 * @param next     when to try again
 */
record Parcel(Report report, Instant composed, List<String> pending, int attempts, Instant next) {
    /** RFC 8460 section 5.5. */
    static final Duration LIFE = Duration.ofHours(24);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final int DOUBLINGS = 7;

    static Parcel of(Report report, List<String> uris, Instant now) {
        return new Parcel(report, now, uris, 0, now);
    }

    boolean due(Instant now) {
        return !now.isBefore(next);
    }

    boolean expired(Instant now) {
        return !now.isBefore(composed.plus(LIFE));
    }

    /** The same report after an attempt that left these. The pause doubles, from a minute to two hours. */
    Parcel later(List<String> left, Instant now) {
        return new Parcel(report, composed, left, attempts + 1, now.plus(FIRST_PAUSE.multipliedBy(1L << Math.min(attempts, DOUBLINGS))));
    }
}
