package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.MailGateway;
import dev.postern.operator.AttachedReconciler;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.certificate.keep.Keepers;
import dev.postern.operator.certificate.keep.Look;
import dev.postern.operator.certificate.keep.OwnSecrets;
import dev.postern.operator.certificate.status.CertificateStatusFactory;
import dev.postern.operator.certificate.status.Expiry;
import dev.postern.operator.certificate.verify.VerifiableLook;
import dev.postern.operator.kube.NamedWatches;
import dev.postern.operator.kube.NamedWatches.Holder;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.kube.TransitionEvents;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Brings about what Certificates ask for, follows the Secrets that others keep, and writes the status of both. */
@Singleton
@ControllerConfiguration(name = "certificate", fieldManager = OperatorSettings.NAME)
public class CertificateReconciler extends AttachedReconciler<Certificate, CertificateStatus> {

    private final KubernetesClient client;
    private final TlsSecrets tlsSecrets;
    private final NamedWatches watches;
    /** Version of the Secret that each Certificate was last seen with, to tell the gateway of another. */
    private final Map<ResourceID, String> seen = new ConcurrentHashMap<>();
    /** When to look again, whatever the certificate's dates. */
    private final Map<ResourceID, Duration> again = new ConcurrentHashMap<>();
    private final TransitionEvents events;
    private final VerifiableLook verifiable;
    private final CertificateMetrics metrics;
    private Keepers keepers;

    public CertificateReconciler(KubernetesClient client, TlsSecrets tlsSecrets, NamedWatches watches, TransitionEvents events, Shared shared,
            VerifiableLook verifiable, CertificateMetrics metrics) {
        super(Certificate.class, shared);
        this.client = client;
        this.tlsSecrets = tlsSecrets;
        this.watches = watches;
        this.events = events;
        this.verifiable = verifiable;
        this.metrics = metrics;
    }

    @Override
    public List<EventSource<?, Certificate>> prepareEventSources(EventSourceContext<Certificate> context) {
        var secrets = new OwnSecrets(client, context);
        tlsSecrets.follow(secrets.source());
        keepers = new Keepers(secrets, tlsSecrets, client, events);
        List<EventSource<?, Certificate>> sources = new ArrayList<>(super.prepareEventSources(context));
        sources.add(secrets.source());
        return sources;
    }

    @Override
    protected String gatewayOf(Certificate certificate) {
        return certificate.getSpec().gatewayRef.name;
    }

    @Override
    protected Certificate newResource() {
        return new Certificate();
    }

    @Override
    protected CertificateStatus newStatus() {
        return new CertificateStatus();
    }

    /** Whether someone asked for a renewal, which an annotation does and the generation does not tell. */
    @Override
    protected boolean touched(Certificate certificate, Certificate earlier) {
        return !Objects.equals(renew(certificate), renew(earlier));
    }

    @Override
    protected List<Problem> prepare(CertificateStatus status, ConditionSet set, Certificate certificate, Optional<MailGateway> gateway, Verdict verdict) {
        ResourceID id = ResourceID.fromResource(certificate);
        var look = new Look(certificate, status, set, shared.clock().instant(), watches);
        if (TlsSecrets.isGiven(certificate)) {
            look.secret(TlsSecrets.nameFor(certificate));
        }
        // Only what the compiler found valid is made: it knows the bounds.
        if (gateway.isPresent() && verdict != null && verdict.problems(Problem.Severity.INVALID).isEmpty()) {
            keepers.keep(look, gateway.get().getSpec().hostname);
        }
        Optional<Secret> secret = tlsSecrets.of(certificate);
        X509Certificate leaf = CertificateStatusFactory.leaf(secret.orElse(null)).orElse(null);
        if (leaf != null) {
            CertificateStatusFactory.describe(status, TlsSecrets.nameFor(certificate), leaf);
            look.request().ifPresent(request -> status.renewalTime = Issuance.renewal(request, leaf).toString());
        }
        String version = secret.map(s -> s.getMetadata().getResourceVersion()).orElse("");
        if (!version.equals(seen.put(id, version))) {
            triggerGateway(certificate);
            verifiable.changed(certificate);
        }
        // A generation that was not compiled yet has named nothing yet.
        Optional<Duration> next = verdict == null ? Optional.empty() : look.finish();
        next.ifPresentOrElse(wait -> again.put(id, wait), () -> again.remove(id));
        if (shared.caches().get(Certificate.class, look.namespace(), look.name()).isEmpty()) {
            deleted(certificate);
        }
        return look.problems();
    }

    @Override
    protected void fill(CertificateStatus status, ConditionSet set, Certificate certificate, Verdict verdict, GatewayState state, List<Problem> others) {
        Summary.of(set, verdict.problems(), Programming.of(verdict, state), others);
        CertificateStatusFactory.chainConditions(set, verdict.problems());
        verifiable.put(set, certificate, verdict, shared.clock().instant());
        Expiry.of(status, certificate.getSpec()).ifPresent(expiry -> expiry.put(set, shared.clock().instant()));
    }

    @Override
    protected void said(Certificate certificate, CertificateStatus status) {
        metrics.said(certificate, status);
    }

    @Override
    protected Optional<Duration> nextLook(CertificateStatus status, Certificate certificate) {
        return Stream.concat(CertificateStatusFactory.nextLook(status, certificate.getSpec(), shared.clock().instant()).stream(),
                Stream.ofNullable(again.get(ResourceID.fromResource(certificate)))).min(Duration::compareTo);
    }

    @Override
    protected void deleted(Certificate certificate) {
        ResourceID id = ResourceID.fromResource(certificate);
        seen.remove(id);
        again.remove(id);
        watches.keep(new Holder(Certificate.class, id), Set.of());
        keepers.forget(certificate);
        verifiable.deleted(certificate);
        metrics.deleted(certificate);
    }

    private static String renew(Certificate certificate) {
        var annotations = certificate.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(Issuance.RENEW);
    }
}
