package dev.postern.gateway.report;

import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.plan.DeliveryReport.Control;
import dev.postern.plan.DeliveryReport.Failure;
import dev.postern.plan.DeliveryReport.Recent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** How TLS went under one DestinationControl. Guarded by its owner. */
final class ControlOutcomes {
    private static final int MAX_HOST = 300;
    private static final int MAX_MESSAGE = 300;

    private final String uid;
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    /** The domain used last is the last. */
    private final Map<String, Recent> recent = new LinkedHashMap<>(16, 0.75f, true);
    private Instant usedAt = Instant.EPOCH;
    private Instant failedAt = Instant.EPOCH;

    ControlOutcomes(String uid) {
        this.uid = uid;
    }

    String uid() {
        return uid;
    }

    Instant usedAt() {
        return usedAt;
    }

    /** {@link Instant#EPOCH} where nothing failed. */
    Instant failedAt() {
        return failedAt;
    }

    /** Takes a result; true where the domain's last one had failed. */
    boolean add(TlsResult result) {
        counts.merge(result.outcome(), 1L, Long::sum);
        usedAt = result.at();
        Recent before = recent.get(result.domain());
        Failure failure = before == null ? null : before.failure();
        String time = result.at().truncatedTo(ChronoUnit.SECONDS).toString();
        if (result.outcome() == Outcome.FAILED) {
            failedAt = result.at();
            failure = new Failure(time, cut(host(result), MAX_HOST), result.reason(), result.detail() == null ? null : cut(Printable.of(result.detail()), MAX_MESSAGE));
        }
        String outcome = name(result.outcome());
        recent.put(result.domain(), new Recent(result.domain(), outcome, time, failure));
        if (recent.size() > DestinationOutcomes.DOMAINS) {
            evict(result.domain());
        }
        return before != null && before.outcome().equals(name(Outcome.FAILED));
    }

    Control control(int named) {
        return new Control(uid, count(Outcome.VERIFIED), count(Outcome.ENCRYPTED), count(Outcome.CLEAR), count(Outcome.FAILED),
                recent.values().stream().sorted(Recent.ORDER).limit(named).toList());
    }

    private long count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    /** The oldest of those without a failure, else of those whose failure is over, else of all but the new one. */
    private void evict(String newest) {
        boolean done = remove(r -> r.failure() == null && !r.domain().equals(newest)) || remove(r -> !r.outcome().equals("Failed") && !r.domain().equals(newest))
                || remove(r -> !r.domain().equals(newest));
        assert done;
    }

    private boolean remove(Predicate<Recent> victim) {
        var each = recent.values().iterator();
        while (each.hasNext()) {
            if (victim.test(each.next())) {
                each.remove();
                return true;
            }
        }
        return false;
    }

    private static String name(Outcome outcome) {
        return switch (outcome) {
            case VERIFIED -> "Verified";
            case ENCRYPTED -> "Encrypted";
            case CLEAR -> "Clear";
            case FAILED -> "Failed";
        };
    }

    private static String host(TlsResult result) {
        String ip = result.address() == null ? null : result.address().getHostAddress();
        return ip == null || ip.equals(result.host()) ? result.host() : result.host() + " (" + ip + ")";
    }

    private static String cut(String text, int length) {
        return text == null || text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }
}
