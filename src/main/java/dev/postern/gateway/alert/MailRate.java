package dev.postern.gateway.alert;

import java.time.Duration;
import java.time.Instant;

/** How many mails may go now: some at once, then one each time the pause is over. Used by one thread. */
final class MailRate {
    private final int burst;
    private final Duration pause;
    private int left;
    /** When the next becomes free. */
    private Instant next;

    MailRate(int burst, Duration pause) {
        this.burst = burst;
        this.pause = pause;
        left = burst;
    }

    int left(Instant now) {
        if (left < burst && next != null && !now.isBefore(next)) {
            long back = 1 + Duration.between(next, now).dividedBy(pause);
            left = (int) Math.min(burst, left + back);
            next = next.plus(pause.multipliedBy(back));
        }
        return left;
    }

    void take(Instant now, int count) {
        if (left == burst) {
            next = now.plus(pause);
        }
        left -= count;
    }
}
