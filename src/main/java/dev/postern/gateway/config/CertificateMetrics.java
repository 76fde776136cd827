package dev.postern.gateway.config;

import dev.postern.pki.Chains;
import dev.postern.plan.CertificatePlan;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When the certificates in force here end, in seconds since 1970: what is served, to be held against what is stored. Follows the plan;
 * a certificate that is no longer in it has no series.
 */
public final class CertificateMetrics {
    private final MultiGauge listeners;
    private final MultiGauge clients;
    private Map<String, Long> ends = Map.of();

    public CertificateMetrics(MeterRegistry meters) {
        listeners = gauge("postern.listener.certificate.not.after.timestamp", "When a certificate ends that a listener of this pod serves", meters);
        clients = gauge("postern.client.certificate.not.after.timestamp", "When a certificate ends that delivery of this pod shows to servers", meters);
    }

    /** Takes up a plan that came into force; called for one plan at a time. */
    public void follow(ActivePlan plan) {
        Map<String, CertificatePlan> certificates = new HashMap<>();
        Map<String, Long> next = new HashMap<>();
        for (CertificatePlan certificate : plan.plan().certificates()) {
            certificates.put(certificate.name(), certificate);
            Long known = ends.get(certificate.fingerprint());
            next.put(certificate.fingerprint(), known == null ? end(certificate) : known);
        }
        ends = next;
        List<Row<?>> served = new ArrayList<>();
        plan.listeners().values().forEach(listener -> listener.plan().certificates()
                .forEach(name -> served.add(row(Tags.of("listener", listener.plan().name()), certificates.get(name)))));
        listeners.register(served, true);
        clients.register(plan.clientCertificates().stream().<Row<?>>map(name -> row(Tags.empty(), certificates.get(name))).toList(), true);
    }

    private Row<?> row(Tags tags, CertificatePlan certificate) {
        return Row.of(tags.and("certificate", certificate.name(), "fingerprint", certificate.fingerprint()), ends.get(certificate.fingerprint()));
    }

    private static long end(CertificatePlan certificate) {
        return Chains.parse(certificate.chainPem()).getFirst().getNotAfter().toInstant().getEpochSecond();
    }

    private static MultiGauge gauge(String name, String description, MeterRegistry meters) {
        return MultiGauge.builder(name).description(description).baseUnit("seconds").register(meters);
    }
}
