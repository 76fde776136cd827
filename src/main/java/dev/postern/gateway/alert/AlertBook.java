package dev.postern.gateway.alert;

import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which failures are to be told of, and when: outbound by domain, inbound by listener and sender group. The first is told of after
 * a short while, in which further hosts of the domain can fail; those that follow are counted until the interval is over. Bounded: what is of
 * more subjects than are kept apart is only counted. Pure but for its own state; not safe for use by many threads.
 */
final class AlertBook {
    private static final int HOSTS = 5;

    private final int subjects;
    private final Duration settle;
    private final Map<String, Open> open = new LinkedHashMap<>();
    private long untold;

    /**
     * @param subjects kept apart at most
     * @param settle   from a subject's first failure until it is told of
     */
    AlertBook(int subjects, Duration settle) {
        this.subjects = subjects;
        this.settle = settle;
    }

    /** Takes a failure; false where it is only counted. */
    boolean add(Failure failure, Instant now) {
        String key = failure.direction() == Direction.Outbound ? failure.domain() : failure.resource().id() + "/" + failure.domain();
        Open subject = open.get(key);
        if (subject == null) {
            if (open.size() >= subjects) {
                untold++;
                return false;
            }
            subject = new Open();
            open.put(key, subject);
        }
        if (subject.count++ == 0) {
            subject.first = now;
        }
        subject.last = now;
        subject.latest = failure;
        if (subject.hosts.size() < HOSTS) {
            subject.hosts.add(failure.host());
        }
        return true;
    }

    /** How many {@link #take} would give. Forgets what is over. */
    int due(Instant now, Duration interval) {
        open.values().removeIf(s -> s.count == 0 && !now.isBefore(s.told.plus(interval)));
        return (int) open.values().stream().filter(s -> s.due(now, settle, interval)).count();
    }

    /** What is to be told now, and counts as told from now on. */
    List<Alert> take(Instant now, Duration interval) {
        List<Alert> alerts = new ArrayList<>();
        for (Open subject : open.values()) {
            if (subject.due(now, settle, interval)) {
                alerts.add(new Alert(subject.latest, List.copyOf(subject.hosts), subject.count, subject.first, subject.last, subject.told != null));
                subject.told = now;
                subject.count = 0;
                subject.hosts.clear();
            }
        }
        return alerts;
    }

    /** Failures that were only counted, since the last call. */
    long takeUntold() {
        long taken = untold;
        untold = 0;
        return taken;
    }

    /** Subjects with failures that no mail told of. */
    int pending() {
        return (int) open.values().stream().filter(s -> s.count > 0).count();
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    void clear() {
        open.clear();
        untold = 0;
    }

    private static final class Open {
        private final Set<String> hosts = new LinkedHashSet<>();
        private Failure latest;
        private Instant first;
        private Instant last;
        private long count;
        /** When a mail told of it last, or null. */
        private Instant told;

        boolean due(Instant now, Duration settle, Duration interval) {
            return count > 0 && !now.isBefore(first.plus(settle)) && (told == null || !now.isBefore(told.plus(interval)));
        }
    }
}
