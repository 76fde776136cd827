package dev.postern.gateway.report;

import dev.postern.gateway.report.EventSink.Series;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Counts every failure of required TLS and, where alerts are on, tells an {@link EventSink} of them: like failures as one
 * series, under a rate over all, from a thread of its own. What does not fit is dropped and counted.
 */
public final class RequiredTlsReporter implements TlsFailures, AutoCloseable {
    private static final int MAX_METERS = 1000;
    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);
    private static final Duration CLOSE = Duration.ofSeconds(3);

    private final EventSink sink;
    private final BooleanSupplier alerting;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final ConcurrentHashMap<MeterKey, Counter> counters = new ConcurrentHashMap<>();
    private final BlockingQueue<At> queue;
    private final FailureSeries series;
    private final RateLimit rate;
    private final Counter written;
    private final Counter sinkFailures;
    private final Counter dropped;
    private final Thread thread;
    private Duration pause = Duration.ofSeconds(1);
    private Instant notBefore = Instant.MIN;
    private volatile boolean closing;

    /**
     * Bounds of alerting.
     *
     * @param interval  in which like failures are one series
     * @param update    pause between two writes of one series
     * @param maxSeries series open at one time
     * @param queued    failures that wait to be counted into a series
     * @param burst     writes at once, over all series
     * @param refill    in which one more write is allowed
     */
    public record Bounds(Duration interval, Duration update, int maxSeries, int queued, int burst, Duration refill) {
        public static final Bounds DEFAULT = new Bounds(Duration.ofMinutes(10), Duration.ofSeconds(30), 1000, 10_000, 25, Duration.ofSeconds(1));
    }

    /** @param alerting the global switch; asked at every failure */
    public RequiredTlsReporter(EventSink sink, BooleanSupplier alerting, Bounds bounds, InstantSource clock, MeterRegistry meters) {
        this.sink = sink;
        this.alerting = alerting;
        this.clock = clock;
        this.meters = meters;
        queue = new ArrayBlockingQueue<>(bounds.queued);
        series = new FailureSeries(bounds.interval, bounds.update, bounds.maxSeries);
        rate = new RateLimit(bounds.burst, bounds.refill);
        written = Counter.builder("postern.events.written").description("Alerts written").register(meters);
        sinkFailures = Counter.builder("postern.events.failures").description("Alerts that could not be written at the first attempt").register(meters);
        dropped = Counter.builder("postern.events.dropped").description("Failures of required TLS that no alert tells of").register(meters);
        thread = Thread.ofPlatform().name("tls-alerts").daemon().start(this::run);
    }

    @Override
    public void report(Failure failure) {
        counter(failure).increment();
        if (!closing && alerting.getAsBoolean() && !queue.offer(new At(clock.instant(), failure))) {
            dropped.increment();
        }
    }

    /** Writes what is still to be written, for at most three seconds. */
    @Override
    public void close() {
        closing = true;
        queue.offer(new At(clock.instant(), null));   // wakes the thread; where the queue is full, it is awake
        try {
            thread.join(CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sink.close();
    }

    /** Resources and reasons come from the configuration and from a small set; the bound is for what nobody thought of. */
    private Counter counter(Failure failure) {
        MeterKey key = new MeterKey(failure.direction().name(), failure.resource().id(), failure.reason());
        Counter known = counters.get(key);
        if (known != null) {
            return known;
        }
        MeterKey bounded = counters.size() < MAX_METERS ? key : new MeterKey(key.direction, "other", "other");
        return counters.computeIfAbsent(bounded, k -> Counter.builder("postern.tls.required.failures")
                .description("Failures of required TLS").tags("direction", k.direction, "resource", k.resource, "reason", k.reason).register(meters));
    }

    private void run() {
        try {
            while (!closing) {
                At next = queue.poll(untilDue().toMillis(), TimeUnit.MILLISECONDS);
                take(next);
                Instant now = clock.instant();
                write(now, now);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        take(null);
        notBefore = Instant.MIN;
        write(clock.instant(), Instant.MAX);
    }

    private void take(At first) {
        for (At next = first == null ? queue.poll() : first; next != null; next = queue.poll()) {
            if (next.failure != null) {
                series.add(next.failure, next.at);
            }
        }
    }

    /** Writes what is due and allowed; what is not goes on counting in its series. */
    private void write(Instant now, Instant dueBy) {
        if (!now.isBefore(notBefore)) {
            for (Series due : series.due(dueBy)) {
                if (!rate.tryTake(now)) {
                    notBefore = now.plus(Duration.ofMillis(200));
                    break;
                }
                if (!write(due, now)) {
                    break;
                }
            }
        }
        dropped.increment(series.takeLost());
    }

    private boolean write(Series due, Instant now) {
        try {
            sink.write(due);
            series.written(due, now);
            written.increment();
            pause = Duration.ofSeconds(1);
            return true;
        } catch (IOException | RuntimeException e) {
            sinkFailures.increment();
            notBefore = now.plus(pause);
            pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause.multipliedBy(2);
            return false;
        }
    }

    private Duration untilDue() {
        Instant due = series.nextDue();
        if (due == null) {
            return Duration.ofMinutes(1);
        }
        Instant at = due.isBefore(notBefore) ? notBefore : due;
        Duration wait = Duration.between(clock.instant(), at);
        return wait.isNegative() ? Duration.ZERO : wait.plusMillis(1);
    }

    private record At(Instant at, Failure failure) {
    }

    private record MeterKey(String direction, String resource, String reason) {
    }
}
