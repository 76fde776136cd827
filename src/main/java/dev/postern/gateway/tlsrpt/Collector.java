package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.report.TlsResults;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Counts what connections came to, on a thread of its own, and keeps the day's counts on disk: a snapshot at every interval and at the end.
 * Whoever tells of a connection never waits; what does not fit into the queue is dropped and counted.
 */
final class Collector implements TlsResults {
    private static final int QUEUED = 10_000;
    /** Days that a disk which takes nothing may keep waiting. */
    private static final int UNSAVED = 3;
    private final ReportFolder folder;
    private final BooleanSupplier on;
    private final Tally.Bounds bounds;
    private final Duration interval;
    private final InstantSource clock;
    private final Runnable dropped;
    private final Consumer<String> trouble;
    private final BlockingQueue<Seen> queue = new ArrayBlockingQueue<>(QUEUED);
    private final Deque<DayCounts> unsaved = new ArrayDeque<>();
    private Tally tally;
    private boolean changed;
    private boolean failing;
    private Instant saveAt;
    private volatile boolean closing;

    /**
     * Goes on with what the folder has of today.
     *
     * @param on       whether anything is to be counted; asked for every result
     * @param interval between two snapshots
     * @param trouble  told once where the disk takes nothing
     */
    Collector(ReportFolder folder, BooleanSupplier on, Tally.Bounds bounds, Duration interval, InstantSource clock, Runnable dropped, Consumer<String> trouble)
            throws IOException {
        this.folder = folder;
        this.on = on;
        this.bounds = bounds;
        this.interval = interval;
        this.clock = clock;
        this.dropped = dropped;
        this.trouble = trouble;
        DayCounts before = folder.load(today());
        tally = before == null ? new Tally(today(), bounds) : Tally.of(before, bounds);
        saveAt = clock.instant().plus(interval);
    }

    @Override
    public void result(TlsResult result) {
        if (on.getAsBoolean()) {
            Session.of(result).filter(s -> !queue.offer(new Seen(today(), s))).ifPresent(s -> dropped.run());
        }
    }

    /** Counts until {@link #stop}, looking at the clock at least every {@code tick}; then saves. */
    void run(Duration tick) {
        try {
            while (!closing) {
                step(queue.poll(tick.toMillis(), TimeUnit.MILLISECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        step(null);
        save();
    }

    void stop() {
        closing = true;
        queue.offer(Seen.NOTHING);   // wakes the thread; where the queue is full, it is awake
    }

    /** Counts what waits, and saves where it is time to. */
    private void step(Seen first) {
        for (Seen next = first == null ? queue.poll() : first; next != null; next = queue.poll()) {
            if (next != Seen.NOTHING) {
                roll(next.day);
                tally.add(next.session);
                changed = true;
            }
        }
        roll(today());
        if (!clock.instant().isBefore(saveAt)) {
            save();
        }
    }

    /** As when nothing more came for a while. */
    void step() {
        step(null);
    }

    /** Another day begins where it is a later one: a clock that was set back opens no day again. */
    private void roll(LocalDate today) {
        if (!today.isAfter(tally.day())) {
            return;
        }
        if (changed) {
            if (unsaved.size() == UNSAVED) {
                unsaved.removeFirst();
            }
            unsaved.add(tally.counts());
        }
        tally = new Tally(today, bounds);
        changed = false;
        save();
    }

    private void save() {
        saveAt = clock.instant().plus(interval);
        try {
            while (!unsaved.isEmpty()) {
                folder.save(unsaved.getFirst());
                unsaved.removeFirst();
            }
            if (changed) {
                folder.save(tally.counts());
                changed = false;
            }
            failing = false;
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                trouble.accept("the counts of TLS reports cannot be written, and are kept in memory: " + e);
            }
            failing = true;
        }
    }

    /** A session, and the day that it was told on. */
    private record Seen(LocalDate day, Session session) {
        private static final Seen NOTHING = new Seen(null, null);
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}
