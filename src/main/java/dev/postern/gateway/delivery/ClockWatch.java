package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Notices that the system's clock is set: waits are measured by another one and go on, but who set it had a reason, and mail that came in by a wrong clock may be
 * due long since. {@link Expiry} keeps mail from bouncing for it.
 */
final class ClockWatch implements AutoCloseable {
    /** What time servers do little by little stays below it. */
    private static final long TOLERANCE = Duration.ofMinutes(1).toMillis();
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private final MailLog log;
    private final Runnable jumped;
    private volatile Thread thread;
    private long difference;

    /**
     * A watch that has not started.
     *
     * @param nanos   a clock that nobody sets, as {@link System#nanoTime}
     * @param jumped  makes everything that waits due now; called on a thread of its own
     */
    ClockWatch(InstantSource clock, LongSupplier nanos, MailLog log, Runnable jumped) {
        this.clock = clock;
        this.nanos = nanos;
        this.log = log;
        this.jumped = jumped;
        difference = difference();
    }

    void start() {
        thread = Thread.ofVirtual().name("delivery-clock").start(() -> {
            try {
                while (true) {
                    Thread.sleep(INTERVAL);
                    look();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Compares the two clocks with the last time. One thread. */
    void look() {
        long now = difference();
        long jump = now - difference;
        difference = now;
        if (Math.abs(jump) < TOLERANCE) {
            return;
        }
        String by = Duration.ofSeconds(Math.round(Math.abs(jump) / 1000.0)).toString().substring(2).toLowerCase(Locale.ROOT);
        log.log(new MailEvent.Notice(MailEvent.Level.Warning, "the system's clock was set " + (jump < 0 ? "back" : "forward") + " by " + by + ": everything that waits is tried now"));
        jumped.run();
    }

    private long difference() {
        return clock.millis() - Duration.ofNanos(nanos.getAsLong()).toMillis();
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
