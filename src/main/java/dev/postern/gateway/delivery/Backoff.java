package dev.postern.gateway.delivery;

import dev.postern.plan.DestinationPlan.Retry;

/** The retry schedule: the wait doubles from initial to max, each time a tenth more or less so that retries spread. Pure. */
final class Backoff {
    private static final double JITTER = 0.1;

    private Backoff() {
    }

    /**
     * Milliseconds to wait.
     *
     * @param failures attempts that failed so far, 1 or more
     * @param random   from 0 to 1
     */
    static long millis(Retry retry, int failures, double random) {
        long wait = retry.initialSeconds() * 1000;
        long max = retry.maxSeconds() * 1000;
        for (int i = 1; i < failures && wait < max; i++) {
            wait *= 2;
        }
        return Math.max(1, Math.round(Math.min(wait, max) * (1 - JITTER + 2 * JITTER * random)));
    }

    /** Milliseconds that no wait is longer than. */
    static long longest(Retry retry) {
        return Math.round(retry.maxSeconds() * 1000 * (1 + JITTER));
    }
}
