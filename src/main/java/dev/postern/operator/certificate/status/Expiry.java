package dev.postern.operator.certificate.status;

import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Reasons;
import dev.postern.plan.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a certificate is near its end without anybody having renewed it, or past it. Pure.
 *
 * <p>One that is renewed here is expiring when its renewal is late by an hour or a twentieth of its life, whichever is longer,
 * but at the latest half-way from there to its end. One that someone else renews is expiring for the last third of its life, 30
 * days at most. The reason is the smallest of 30, 14, 7, 3 and 1 days that it still ends within, so that each one that is
 * crossed is a transition; a life of a week or less is told in hours too: 6 and 1.
 */
public final class Expiry {
    private static final Duration LONGEST_WINDOW = Duration.ofDays(30);
    private static final Duration SHORTEST_DELAY = Duration.ofHours(1);
    private static final Duration SHORT_LIFE = Duration.ofDays(7);
    private static final List<Duration> DAYS = Stream.of(30, 14, 7, 3, 1).map(Duration::ofDays).toList();
    private static final List<Duration> DAYS_AND_HOURS = Stream.concat(DAYS.stream(), Stream.of(6, 1).map(Duration::ofHours)).toList();

    private final Instant notBefore;
    private final Instant notAfter;
    /** Null where it is not known. */
    private final Instant renewal;
    /** Whether it is renewed here without anybody's doing. */
    private final boolean automatic;
    private final String advice;

    private Expiry(Instant notBefore, Instant notAfter, Instant renewal, boolean automatic, String advice) {
        this.notBefore = notBefore;
        this.notAfter = notAfter;
        this.renewal = renewal;
        this.automatic = automatic && renewal != null;
        this.advice = advice;
    }

    /** Of the certificate that a status describes; empty where it describes none. */
    public static Optional<Expiry> of(CertificateStatus status, CertificateSpec spec) {
        Origin origin = Origin.of(spec).orElse(null);
        if (origin == null || status.notBefore == null || status.notAfter == null) {
            return Optional.empty();
        }
        Instant renewal = status.renewalTime == null ? null : Instant.parse(status.renewalTime);
        return Optional.of(new Expiry(Instant.parse(status.notBefore), Instant.parse(status.notAfter), renewal, origin.automatic(), origin.advice(spec)));
    }

    /** Puts the condition that holds, if one does; a certificate that ended is not ready either, in force or not. */
    public void put(ConditionSet set, Instant now) {
        if (now.isAfter(notAfter)) {
            String message = "the certificate ended at " + notAfter;
            set.put(ConditionTypes.READY, false, Problem.Reason.EXPIRED, message);
            set.put(ConditionTypes.EXPIRED, true, Problem.Reason.EXPIRED, message + "; " + advice);
        } else if (!now.isBefore(start())) {
            String late = !automatic ? "" : ", and its renewal was due at " + renewal;
            set.put(ConditionTypes.EXPIRING, true, reason(now), "the certificate ends at " + notAfter + late + "; " + advice);
        }
    }

    /** When what {@link #put} says changes next, or the time to renew comes; empty after its end. */
    public Optional<Instant> nextChange(Instant now) {
        List<Instant> changes = new ArrayList<>(List.of(start(), notAfter));
        if (renewal != null) {
            changes.add(renewal);
        }
        thresholds().stream().map(notAfter::minus).filter(start()::isBefore).forEach(changes::add);
        return changes.stream().filter(now::isBefore).min(Instant::compareTo);
    }

    private Instant start() {
        if (!automatic) {
            return notAfter.minus(min(LONGEST_WINDOW, life().dividedBy(3)));
        }
        Duration delay = max(SHORTEST_DELAY, life().dividedBy(20));
        return renewal.plus(min(delay, Duration.between(renewal, notAfter).dividedBy(2)));
    }

    private String reason(Instant now) {
        Duration left = Duration.between(now, notAfter);
        return thresholds().stream().filter(threshold -> left.compareTo(threshold) <= 0).reduce((longer, shorter) -> shorter)
                .map(Expiry::name).orElse(Reasons.RENEWAL_OVERDUE);
    }

    private static String name(Duration threshold) {
        long days = threshold.toDays();
        long count = days > 0 ? days : threshold.toHours();
        return "ExpiresWithin" + count + (days > 0 ? "Day" : "Hour") + (count == 1 ? "" : "s");
    }

    private List<Duration> thresholds() {
        return life().compareTo(SHORT_LIFE) > 0 ? DAYS : DAYS_AND_HOURS;
    }

    private Duration life() {
        return Duration.between(notBefore, notAfter);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
