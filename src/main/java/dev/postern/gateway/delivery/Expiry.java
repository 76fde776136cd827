package dev.postern.gateway.delivery;

import dev.postern.plan.DestinationPlan.Retry;

/**
 * When delivery is given up: the message is too old <em>and</em> was tried as often as the schedule asks for, {@value #ATTEMPTS} times at most. Age alone
 * does not count, as the clock that says it may be wrong, now or when the message came in; and after a long standstill mail gets its attempts, too. Pure.
 */
final class Expiry {
    /** With the standard schedule, these take six hours: time enough to set a clock right. */
    static final int ATTEMPTS = 10;
    /** {@link Backoff}'s jitter at its longest. */
    private static final double LONGEST = 1.1;

    private Expiry() {
    }

    /**
     * Whether nothing is tried any more.
     *
     * @param receivedAt milliseconds since the epoch, as {@code now}
     * @param attempts   that failed so far, 1 or more
     */
    static boolean over(Retry retry, long receivedAt, int attempts, long now) {
        return now - receivedAt >= retry.maxAgeSeconds() * 1000 && attempts >= attempts(retry);
    }

    /** When the next attempt is: after {@code wait}, but at the end of the message's time if that comes first. Milliseconds. */
    static long next(Retry retry, long receivedAt, long wait, long now) {
        long end = receivedAt + retry.maxAgeSeconds() * 1000;
        return now < end ? Math.min(now + wait, end) : now + wait;
    }

    /** Attempts that a message gets in its time if all goes as it should; the last one is at the end of it. */
    static int attempts(Retry retry) {
        double wait = retry.initialSeconds() * LONGEST;
        int attempts = 1;
        for (double at = 0; at < retry.maxAgeSeconds() && attempts < ATTEMPTS; at += wait, wait = Math.min(2 * wait, retry.maxSeconds() * LONGEST)) {
            attempts++;
        }
        return attempts;
    }
}
