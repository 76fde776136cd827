package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.certificate.status.Origin;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Reasons;
import io.fabric8.kubernetes.api.model.Condition;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * Series of each Certificate. Each is registered once and again only where a label changes, so that a status costs the same
 * whether there are two or thousands; those of a Certificate that is gone go with it.
 */
@Singleton
public final class CertificateMetrics {
    private static final String RENEWED = "renewed";
    /** What a renewal comes to beside success, by the reason of the condition Issuing. */
    private static final Map<String, String> FAILURES = Map.of(Reasons.ANSWER_REFUSED, "refused", Reasons.DENIED, "denied", Reasons.FAILED, "failed");

    private final MeterRegistry registry;
    private final Map<ResourceID, Series> series = new ConcurrentHashMap<>();

    public CertificateMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    private record Labels(String gateway, String source, String fingerprint, boolean renewed) {
    }

    /** What the gauges read. */
    private static final class Series {
        private final List<Meter> meters = new ArrayList<>();
        private Labels labels;
        private volatile double notAfter;
        private volatile double renewal;
        private volatile double ready;
        private String issuing;
    }

    /** Takes what a status says; its conditions are there. */
    void said(Certificate certificate, CertificateStatus status) {
        series.compute(ResourceID.fromResource(certificate), (id, known) -> {
            Series now = known == null ? first(certificate) : known;
            count(id, now, status);
            now.notAfter = seconds(status.notAfter);
            now.renewal = seconds(status.renewalTime);
            now.ready = is(status, ConditionTypes.READY, ConditionSet.TRUE) ? 1 : 0;
            var labels = new Labels(certificate.getSpec().gatewayRef.name, Origin.of(certificate.getSpec()).map(Origin::label).orElse(""),
                    status.notAfter == null ? null : status.fingerprint, status.renewalTime != null);
            if (!labels.equals(now.labels) || now.meters.isEmpty()) {
                now.labels = labels;
                register(id, now);
            }
            return now;
        });
    }

    void deleted(Certificate certificate) {
        Series gone = series.remove(ResourceID.fromResource(certificate));
        if (gone != null) {
            gone.meters.forEach(registry::remove);
        }
    }

    /** As the last operator left it, so that one that starts counts what it finds no second time. */
    private static Series first(Certificate certificate) {
        var first = new Series();
        CertificateStatus status = certificate.getStatus();
        first.labels = new Labels(null, null, status == null ? null : status.fingerprint, false);
        first.issuing = status == null ? null : failure(status);
        return first;
    }

    private void count(ResourceID id, Series before, CertificateStatus status) {
        String failure = failure(status);
        if (before.labels.fingerprint() != null && status.fingerprint != null && !before.labels.fingerprint().equals(status.fingerprint)) {
            counter(id, RENEWED).increment();
        }
        if (failure != null && !Objects.equals(before.issuing, failure)) {
            counter(id, failure).increment();
        }
        before.issuing = failure;
    }

    private Counter counter(ResourceID id, String result) {
        return Counter.builder("postern.certificate.renewals").description("Certificates that took the place of another, and signing requests that came to nothing")
                .tags("namespace", namespace(id), "result", result).register(registry);
    }

    private void register(ResourceID id, Series now) {
        now.meters.forEach(registry::remove);
        now.meters.clear();
        Tags name = Tags.of("namespace", namespace(id), "name", id.getName());
        Labels labels = now.labels;
        now.meters.add(gauge("postern.certificate.ready", null, "Whether the certificate is ready", name, now, s -> s.ready));
        if (labels.fingerprint() != null) {
            now.meters.add(gauge("postern.certificate.not.after.timestamp", "seconds", "When the certificate ends",
                    name.and("gateway", labels.gateway(), "source", labels.source(), "fingerprint", labels.fingerprint()), now, s -> s.notAfter));
        }
        if (labels.renewed()) {
            now.meters.add(gauge("postern.certificate.renewal.timestamp", "seconds", "When the certificate is due to be renewed", name, now, s -> s.renewal));
        }
    }

    private Meter gauge(String name, String unit, String description, Tags tags, Series of, ToDoubleFunction<Series> value) {
        return Gauge.builder(name, of, value).baseUnit(unit).description(description).tags(tags).register(registry);
    }

    private static String failure(CertificateStatus status) {
        Condition issuing = status.conditions == null ? null : ConditionSet.find(status.conditions, ConditionTypes.ISSUING);
        return issuing == null ? null : FAILURES.get(issuing.getReason());
    }

    private static boolean is(CertificateStatus status, String type, String value) {
        return ConditionSet.find(status.conditions, type) instanceof Condition condition && condition.getStatus().equals(value);
    }

    private static double seconds(String time) {
        return time == null ? 0 : Instant.parse(time).getEpochSecond();
    }

    private static String namespace(ResourceID id) {
        return id.getNamespace().orElse("");
    }
}
