package dev.postern.operator.certificate.verify;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.LocalRef;
import dev.postern.api.MailGateway;
import dev.postern.operator.certificate.status.CertificateStatusFactory;
import dev.postern.operator.certificate.status.Origin;
import dev.postern.operator.kube.Caches;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.kube.Triggers;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Verdict;
import dev.postern.pki.Chains;
import dev.postern.pki.HostNames;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import javax.security.auth.x500.X500Principal;

/** Gathers what {@link Verifiability} judges by, from the caches and from DNS, and says who must be looked at when that changes. */
@Singleton
public final class VerifiableLook {
    private final Caches caches;
    private final TlsSecrets secrets;
    private final Triggers triggers;
    private final MxRecords mx;
    private final KnownRoots roots;

    public VerifiableLook(Caches caches, TlsSecrets secrets, Triggers triggers, MxRecords mx, KnownRoots roots) {
        this.caches = caches;
        this.secrets = secrets;
        this.triggers = triggers;
        this.mx = mx;
        this.roots = roots;
    }

    /** Puts the condition Verifiable of a Certificate whose gateway exists. */
    public void put(ConditionSet set, Certificate certificate, Verdict verdict, Instant now) {
        Origin origin = Origin.of(certificate.getSpec()).orElse(null);
        MailGateway gateway = caches.get(MailGateway.class, namespace(certificate), certificate.getSpec().gatewayRef.name).orElse(null);
        if (origin == null || gateway == null) {
            return;
        }
        X509Certificate leaf = leaf(certificate).orElse(null);
        List<ServedName> served = listeners(certificate).stream()
                .map(listener -> ServedName.of(listener, gateway.getSpec().hostname, others(listener, certificate))).toList();
        X500Principal stranger = leaf == null ? null : roots.stranger(leaf, chain(certificate)).orElse(null);
        var facts = new Verifiability.Facts(origin, leaf, stranger, verdict.problems(), served, served.isEmpty() && isForClients(certificate, gateway));
        Map<String, MxAnswer> answers = mx.care(ResourceID.fromResource(certificate), Verifiability.domains(facts, now));
        Verifiability.put(set, facts, answers::get, now);
    }

    /** Another certificate is in the Secret: what is said of those beside it at the same listeners may change. */
    public void changed(Certificate certificate) {
        listeners(certificate).forEach(triggers::triggerCertificates);
    }

    public void deleted(Certificate certificate) {
        mx.forget(ResourceID.fromResource(certificate));
    }

    private List<Listener> listeners(Certificate certificate) {
        return caches.attached(Listener.class, namespace(certificate), certificate.getSpec().gatewayRef.name).stream()
                .filter(listener -> references(listener).stream().anyMatch(ref -> names(ref, certificate))).toList();
    }

    private boolean isForClients(Certificate certificate, MailGateway gateway) {
        return gateway.getSpec().delivery != null && names(gateway.getSpec().delivery.certificateRef, certificate)
                || caches.attached(DestinationControl.class, namespace(certificate), gateway.getMetadata().getName()).stream()
                        .anyMatch(destination -> names(destination.getSpec().certificateRef, certificate));
    }

    private Predicate<String> others(Listener listener, Certificate certificate) {
        Set<String> names = new HashSet<>();
        references(listener).stream().filter(ref -> !names(ref, certificate)).forEach(ref -> names.add(ref.name));
        return host -> names.stream().flatMap(name -> caches.get(Certificate.class, namespace(certificate), name).stream())
                .flatMap(other -> leaf(other).stream()).anyMatch(leaf -> HostNames.matches(leaf, host));
    }

    private Optional<X509Certificate> leaf(Certificate certificate) {
        return secrets.of(certificate).flatMap(CertificateStatusFactory::leaf);
    }

    private List<X509Certificate> chain(Certificate certificate) {
        return Chains.parse(TlsSecrets.text(secrets.of(certificate).orElseThrow(), TlsSecrets.CHAIN));
    }

    private static List<LocalRef> references(Listener listener) {
        return listener.getSpec().certificateRefs == null ? List.of() : listener.getSpec().certificateRefs;
    }

    private static boolean names(LocalRef reference, Certificate certificate) {
        return reference != null && certificate.getMetadata().getName().equals(reference.name);
    }

    private static String namespace(Certificate certificate) {
        return certificate.getMetadata().getNamespace();
    }
}
