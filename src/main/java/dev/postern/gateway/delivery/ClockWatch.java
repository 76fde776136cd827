package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Sees to it that a clock that is set, or was wrong, never leaves mail waiting: due times are moments of that clock. Nothing follows from a clock set
 * forward but attempts that come early ({@link Expiry} keeps mail from bouncing for it).
 */
final class ClockWatch implements AutoCloseable {
    /** No attempt is further away than that, whatever the clock said when it was put off. Longer than any sensible {@code retry.max}. */
    static final Duration LONGEST_WAIT = Duration.ofDays(1);
    /** What time servers do little by little stays below it. */
    private static final long TOLERANCE = Duration.ofMinutes(1).toMillis();
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private final MailLog log;
    private final Runnable setBack;
    private volatile Thread thread;
    private long difference;

    /**
     * A watch that has not started.
     *
     * @param nanos   a clock that nobody sets, as {@link System#nanoTime}
     * @param setBack makes everything that waits due now; called on a thread of its own
     */
    ClockWatch(InstantSource clock, LongSupplier nanos, MailLog log, Runnable setBack) {
        this.clock = clock;
        this.nanos = nanos;
        this.log = log;
        this.setBack = setBack;
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
        String by = Duration.ofMillis(Math.abs(jump)).truncatedTo(ChronoUnit.SECONDS).toString().substring(2).toLowerCase(Locale.ROOT);
        if (jump < 0) {
            log.log(new MailEvent.Notice(MailEvent.Level.Warning, "the system's clock was set back by " + by + ": everything that waits is tried now"));
            setBack.run();
        } else {
            log.log(new MailEvent.Notice(MailEvent.Level.Warning, "the system's clock was set forward by " + by + ": what was to be tried until then is tried now"));
        }
    }

    private long difference() {
        return clock.millis() - Duration.ofNanos(nanos.getAsLong()).toMillis();
    }

    /** The same message, its next attempts no further away than {@link #LONGEST_WAIT}. */
    static Envelope bounded(Envelope envelope, long now) {
        long latest = now + LONGEST_WAIT.toMillis();
        if (envelope.recipients().stream().noneMatch(r -> r.nextAttempt() > latest)) {
            return envelope;
        }
        return envelope.withRecipients(envelope.recipients().stream()
                .map(r -> r.nextAttempt() > latest ? r.with(r.state(), r.attempts(), latest, r.lastStatus(), r.lastReply()) : r).toList());
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
