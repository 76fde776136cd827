package dev.postern.gateway.config;

import dev.postern.plan.CertificatePlan;
import dev.postern.plan.ServingReport;
import java.util.HashMap;
import java.util.Map;

/** Puts together what a pod says that it serves. Pure. */
public final class Serving {
    private Serving() {
    }

    /**
     * @param current    the plan in force, or null before the first
     * @param refusal    of the newest plan, or null
     * @param openErrors by listener name: why it does not listen; listeners that do are absent
     */
    public static ServingReport report(String podUid, ActivePlan current, PlanIntake.Refusal refusal, Map<String, String> openErrors) {
        String refused = refusal == null ? null : "revision " + refusal.revision() + ": " + refusal.reason();
        if (current == null) {
            return new ServingReport(podUid, null, 0, refused, Map.of());
        }
        Map<String, String> fingerprints = new HashMap<>();
        for (CertificatePlan certificate : current.plan().certificates()) {
            fingerprints.put(certificate.name(), certificate.fingerprint());
        }
        Map<String, ServingReport.Served> listeners = new HashMap<>();
        current.listeners().forEach((name, listener) -> listeners.put(name, new ServingReport.Served(
                listener.plan().certificates().stream().map(fingerprints::get).toList(), openErrors.get(name))));
        Map<String, String> shown = new HashMap<>();
        current.clientCertificates().forEach(name -> shown.put(name, fingerprints.get(name)));
        return new ServingReport(podUid, current.index().revision(), current.index().serial(), refused, listeners, shown);
    }
}
