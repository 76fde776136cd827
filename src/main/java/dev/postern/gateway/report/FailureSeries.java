package dev.postern.gateway.report;

import dev.postern.gateway.report.EventSink.Series;
import dev.postern.gateway.report.TlsFailures.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers like failures into series: one a resource, domain and reason, for an interval that begins with the first. Bounded:
 * when too many series are open, the one that was longest without a failure is dropped. Pure but for its own state; used by
 * one thread.
 */
final class FailureSeries {
    private final Duration interval;
    private final Duration update;
    private final int maxSeries;
    private final Map<Key, Open> open = new LinkedHashMap<>(16, 0.75f, true);
    /** Over, but with failures that no write told of yet. */
    private final List<Open> ended = new ArrayList<>();
    private long lost;

    /**
     * @param interval  how long a series goes on, at most, before a new one begins
     * @param update    how long at least between two writes of one series
     * @param maxSeries open at one time
     */
    FailureSeries(Duration interval, Duration update, int maxSeries) {
        this.interval = interval;
        this.update = update;
        this.maxSeries = maxSeries;
    }

    void add(Failure failure, Instant now) {
        Key key = new Key(failure.resource().id(), failure.domain(), failure.reason());
        Open series = open.get(key);
        if (series != null && !now.isBefore(series.since.plus(interval))) {
            open.remove(key);
            if (series.count > series.written) {
                ended.add(series);
            }
            series = null;
        }
        if (series == null) {
            series = new Open(failure, now);
            open.put(key, series);
            if (open.size() + ended.size() > maxSeries) {
                evict();
            }
        }
        series.count++;
        series.last = now;
    }

    private void evict() {
        Open victim;
        if (ended.isEmpty()) {
            var eldest = open.entrySet().iterator();
            victim = eldest.next().getValue();
            eldest.remove();
        } else {
            victim = ended.removeFirst();
        }
        lost += victim.count - victim.written;
    }

    /** Series that want to be written now: new ones, those with more failures since their last write, and those that end. */
    List<Series> due(Instant now) {
        List<Series> due = new ArrayList<>();
        open.values().removeIf(series -> series.count == series.written && !now.isBefore(series.since.plus(interval)));
        ended.forEach(series -> due.add(series.asSeries()));
        for (Open series : open.values()) {
            if (series.count > series.written && !now.isBefore(series.nextWrite(interval, update))) {
                due.add(series.asSeries());
            }
        }
        return due;
    }

    /** When something will be due if nothing else happens, or null when nothing will. */
    Instant nextDue() {
        Instant next = ended.isEmpty() ? null : ended.getFirst().since;
        for (Open series : open.values()) {
            if (series.count > series.written) {
                Instant at = series.nextWrite(interval, update);
                next = next == null || at.isBefore(next) ? at : next;
            }
        }
        return next;
    }

    /** A series as {@link #due} gave it was written. */
    void written(Series series, Instant now) {
        ended.removeIf(candidate -> candidate.first == series.first());
        for (Open candidate : open.values()) {
            if (candidate.first == series.first()) {
                candidate.written = series.count();
                candidate.writtenAt = now;
                return;
            }
        }
    }

    /** Failures that no write will tell of, since the last call. */
    long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    private record Key(String resource, String domain, String reason) {
    }

    private static final class Open {
        private final Failure first;
        private final Instant since;
        private Instant last;
        private long count;
        private long written;
        private Instant writtenAt;

        Open(Failure first, Instant since) {
            this.first = first;
            this.since = since;
        }

        Series asSeries() {
            return new Series(first, since, last, count);
        }

        /** At once for the first, then after the pause, but no later than the end of the interval. */
        Instant nextWrite(Duration interval, Duration update) {
            if (writtenAt == null) {
                return since;
            }
            Instant end = since.plus(interval);
            Instant next = writtenAt.plus(update);
            return next.isBefore(end) ? next : end;
        }
    }
}
