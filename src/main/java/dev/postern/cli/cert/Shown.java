package dev.postern.cli.cert;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.postern.api.Certificate;
import dev.postern.api.Listener;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.path.Arrangement;
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.Condition;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Everything about a Certificate: what {@code show} prints. Null is what is not known.
 *
 * @param certificate    the leaf
 * @param chain          as it is served, the leaf first
 * @param findings       what is wrong with the chain as it is kept
 * @param unreadable     what could not be read, and why
 * @param signingRequest the open one, or the one that was answered last, in PEM
 * @param listeners      those that name it
 * @param pods           what each pod serves for each of them
 */
@JsonPropertyOrder({"name", "namespace", "gateway", "source", "ready", "reason"})
record Shown(@JsonUnwrapped Row row, String renewalTime, String secretName, Details certificate, List<Link> chain, List<Found> findings, String unreadable,
        List<State> conditions, String signingRequest, List<Use> listeners, List<Pod> pods) {

    /** A certificate of the chain. */
    record Link(String subject, String issuer, String notAfter, String sha256) {
        static Link of(X509Certificate certificate) {
            return new Link(certificate.getSubjectX500Principal().getName(), certificate.getIssuerX500Principal().getName(), certificate.getNotAfter().toInstant().toString(),
                    Fingerprints.sha256(certificate));
        }
    }

    /** Something wrong with a chain. */
    record Found(String kind, String message) {
    }

    /** A condition of the status. */
    record State(String type, String status, String reason, String message, String since) {
    }

    /** A listener that names it; the default certificate is the one that clients get who ask for no name that fits another. */
    record Use(String listener, int port, boolean isDefault) {
    }

    /**
     * What a pod says of one listener, or of its delivery.
     *
     * @param listener null for what delivery shows to servers that ask for a certificate
     * @param serves fingerprints, in hex
     * @param equal  whether the stored certificate is among them
     * @param error  why it does not listen, or why its report cannot be read
     */
    record Pod(String pod, String listener, boolean equal, List<String> serves, String error) {
    }

    /** @param roots known authorities */
    static Shown of(CertificateStore store, Certificate certificate, Collection<X509Certificate> roots, Instant now) {
        var status = certificate.getStatus();
        String name = certificate.getMetadata().getName();
        Details leaf = null;
        List<Link> chain = null;
        List<Found> findings = null;
        List<String> unreadable = new ArrayList<>();
        try {
            KeyPairPem pair = store.pair(certificate).orElse(null);
            if (pair != null && pair.chain() != null) {
                List<X509Certificate> given = Chains.parse(pair.chain());
                PublicKey key = pair.key() == null ? given.getFirst().getPublicKey() : KeyPairs.parse(pair.key()).getPublic();
                Arrangement arranged = Arrangement.of(given, key, roots, now);
                leaf = Details.of(arranged.chain().getFirst(), now);
                chain = arranged.chain().stream().map(Link::of).toList();
                findings = arranged.findings().stream().map(f -> new Found(f.kind().name(), f.message())).toList();
            }
        } catch (ToolException | IllegalArgumentException e) {
            unreadable.add(e.getMessage());
        }
        String fingerprint = leaf != null ? leaf.sha256() : status == null ? null : status.fingerprint;
        List<State> conditions = status == null || status.conditions == null ? List.of() : status.conditions.stream().map(Shown::state).toList();
        List<Use> uses = allowed(() -> store.listeners(certificate), List.<Listener>of(), unreadable).stream()
                .map(l -> new Use(l.getMetadata().getName(), l.getSpec().port, name.equals(l.getSpec().certificateRefs.getFirst().name))).toList();
        Map<String, ServingReport> reports = allowed(() -> store.serving(certificate), Map.of(), unreadable);
        return new Shown(Row.of(certificate, now), status == null ? null : status.renewalTime, status == null ? null : status.secretName, leaf, chain, findings,
                unreadable.isEmpty() ? null : String.join("; ", unreadable),
                conditions, status == null ? null : status.signingRequest, uses, pods(name, reports, uses, fingerprint));
    }

    /** What one may not read is said; the rest is shown. */
    private static <T> T allowed(Supplier<T> question, T otherwise, List<String> unreadable) {
        try {
            return question.get();
        } catch (ToolException e) {
            unreadable.add(e.getMessage());
            return otherwise;
        }
    }

    private static State state(Condition c) {
        return new State(c.getType(), c.getStatus(), c.getReason(), c.getMessage(), c.getLastTransitionTime());
    }

    private static List<Pod> pods(String name, Map<String, ServingReport> reports, List<Use> uses, String fingerprint) {
        List<Pod> pods = new ArrayList<>();
        reports.forEach((pod, report) -> {
            for (Use use : uses) {
                ServingReport.Served served = report.listeners().get(use.listener());
                List<String> serves = served == null || served.certificates() == null ? List.of() : served.certificates();
                String error = served == null ? report.refused() == null ? "it does not serve this listener" : report.refused() : served.error();
                pods.add(new Pod(pod, use.listener(), fingerprint != null && serves.contains(fingerprint), serves, error));
            }
            String shown = report.clientCertificates().get(name);
            if (shown != null) {
                pods.add(new Pod(pod, null, shown.equals(fingerprint), List.of(shown), null));
            }
        });
        return pods;
    }
}
