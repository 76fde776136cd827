package dev.postern.gateway.spool;

import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Says in the log that the disk is slow, for senders and their 250 wait for it; once in a while. The writer's thread alone. */
final class SlowDisk {
    private static final Logger LOG = Logger.getLogger(SlowDisk.class);
    /** Longer than a healthy disk needs under any load. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private long slow;
    private long longest;
    private long said = System.nanoTime() - QUIET_NANOS;

    /** A write and its sync took so long. */
    void wrote(long nanos) {
        if (nanos < SLOW_NANOS) {
            return;
        }
        slow++;
        longest = Math.max(longest, nanos);
        if (System.nanoTime() - said >= QUIET_NANOS) {
            LOG.warnf("The spool's disk is slow: %d of the last writes took more than %d ms, the longest %d ms; senders wait so long for their 250", slow,
                    TimeUnit.NANOSECONDS.toMillis(SLOW_NANOS), TimeUnit.NANOSECONDS.toMillis(longest));
            said = System.nanoTime();
            slow = 0;
            longest = 0;
        }
    }
}
