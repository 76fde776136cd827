package dev.postern.gateway.mtasts;

import dev.postern.gateway.mtasts.StsPolicy.Mode;
import java.time.Duration;
import java.time.Instant;

/**
 * What is known of a domain. Immutable.
 *
 * @param kept      policy to go by, or null
 * @param failed    why there is none or no newer one, or null
 * @param detail    where the domain announces something that cannot be read, what is wrong with it; else null
 * @param lookAgain until when nothing is looked up
 * @param tried     when a refresh was last tried, or null
 */
record Known(Kept kept, Failed failed, String detail, Instant lookAgain, Instant tried) {
    private static final Duration REFRESH = Duration.ofDays(1);
    private static final Duration BETWEEN_TRIES = Duration.ofHours(1);
    /** What no mail asked for so long is let go. */
    private static final Duration UNUSED = Duration.ofDays(31);

    /**
     * A policy that is kept.
     *
     * @param fetched when it was last fetched, whole seconds
     * @param used    when mail last asked for it, to the hour
     */
    record Kept(StsPolicy policy, Instant fetched, Instant used) {
        Instant end() {
            return fetched.plusSeconds(policy.maxAgeSeconds());
        }
    }

    /** A fetch that failed. */
    record Failed(String id, Instant at, StsAnswer.Failure failure, String detail) {
        boolean same(Failed other) {
            return other != null && id.equals(other.id) && failure == other.failure && detail.equals(other.detail);
        }
    }

    StsAnswer answer() {
        return new StsAnswer(kept == null ? null : kept.policy(), failed == null ? null : failed.failure(), failed == null ? detail : failed.detail());
    }

    /** Whether it can be gone by without a look. */
    boolean good(Instant now) {
        return now.isBefore(lookAgain) && !ended(now);
    }

    /** Whether a policy was kept, and its time is over. */
    boolean ended(Instant now) {
        return kept != null && !now.isBefore(kept.end());
    }

    /**
     * Whether the policy is to be fetched anew though nothing says that it changed, so that nobody can wait for its end in the way
     * (RFC 8461 section 10.2): daily, or at half its time where that is less than two days; not more than once an hour.
     */
    boolean refreshDue(Instant now) {
        if (kept == null || kept.policy().mode() == Mode.NONE || now.isAfter(kept.used().plus(UNUSED))) {
            return false;
        }
        Duration half = Duration.ofSeconds(kept.policy().maxAgeSeconds() / 2);
        Duration age = half.compareTo(REFRESH) < 0 ? half : REFRESH;
        return age.compareTo(BETWEEN_TRIES) >= 0 && !now.isBefore(kept.fetched().plus(age)) && (tried == null || !now.isBefore(tried.plus(BETWEEN_TRIES)));
    }

    /** As it is, asked for by mail now. */
    Known used(Instant now) {
        if (kept == null || now.isBefore(kept.used().plus(BETWEEN_TRIES))) {
            return this;
        }
        return new Known(new Kept(kept.policy(), kept.fetched(), now), failed, detail, lookAgain, tried);
    }

    /** What is left when the policy's time is over, or it was given up. */
    Known withoutPolicy() {
        return new Known(null, failed, detail, lookAgain, null);
    }
}
