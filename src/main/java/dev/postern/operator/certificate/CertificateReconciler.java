package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.MailGateway;
import dev.postern.operator.AttachedReconciler;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.CertificateSecrets;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.EventSourceStartPriority;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Makes and renews certificates, follows the Secrets of the others, and writes the status of both. */
@Singleton
@ControllerConfiguration(name = "certificate", fieldManager = OperatorSettings.NAME)
public class CertificateReconciler extends AttachedReconciler<Certificate, CertificateStatus> {
    private static final String BY_SECRET = "secret";

    private final KubernetesClient client;
    private final TlsSecrets tlsSecrets;
    /** Version of the Secret that each Certificate was last seen with, to tell the gateway of another. */
    private final Map<ResourceID, String> seen = new ConcurrentHashMap<>();
    private final VerifiableLook verifiable;
    private final CertificateMetrics metrics;
    private SecretKeeper keeper;

    public CertificateReconciler(KubernetesClient client, TlsSecrets tlsSecrets, Shared shared, VerifiableLook verifiable, CertificateMetrics metrics) {
        super(Certificate.class, shared);
        this.client = client;
        this.tlsSecrets = tlsSecrets;
        this.verifiable = verifiable;
        this.metrics = metrics;
    }

    @Override
    public List<EventSource<?, Certificate>> prepareEventSources(EventSourceContext<Certificate> context) {
        IndexerResourceCache<Certificate> certificates = context.getPrimaryCache();
        certificates.addIndexers(Map.of(BY_SECRET, certificate -> List.of(certificate.getMetadata().getNamespace() + "/" + TlsSecrets.nameFor(certificate))));
        var configuration = InformerEventSourceConfiguration.from(Secret.class, Certificate.class)
                .withName("tls-secrets")
                .withFieldSelector(new FieldSelectorBuilder().withField("type", TlsSecrets.TYPE).build())
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(secret -> users(certificates, secret))
                .build();
        var secrets = new InformerEventSource<Secret, Certificate>(configuration, context);
        // Before the source that says that everything is there.
        secrets.setEventSourcePriority(EventSourceStartPriority.RESOURCE_STATE_LOADER);
        tlsSecrets.follow(secrets);
        keeper = new SecretKeeper(client, secrets);
        List<EventSource<?, Certificate>> sources = new ArrayList<>(super.prepareEventSources(context));
        sources.add(secrets);
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

    @Override
    protected List<Problem> prepare(CertificateStatus status, Certificate certificate, Optional<MailGateway> gateway, Verdict verdict) {
        Instant now = shared.clock().instant();
        List<Problem> problems = new ArrayList<>();
        Issuance.Request request = null;
        // Only what the compiler found valid is made: it knows the bounds.
        if (gateway.isPresent() && verdict != null && verdict.problems(Problem.Severity.INVALID).isEmpty()) {
            if (certificate.getSpec().source.secretRef == null) {
                request = Issuance.request(certificate, gateway.get().getSpec().hostname);
                keeper.keep(certificate, request, now).ifPresent(problems::add);
            }
        }
        Optional<Secret> secret = keeper.get(certificate).filter(s -> CertificateSecrets.mayUse(certificate, s));
        X509Certificate leaf = CertificateStatusFactory.leaf(secret.orElse(null)).orElse(null);
        if (leaf != null) {
            CertificateStatusFactory.describe(status, TlsSecrets.nameFor(certificate), leaf);
            if (request != null) {
                status.renewalTime = Issuance.renewal(request, leaf).toString();
            }
        }
        String version = secret.map(s -> s.getMetadata().getResourceVersion()).orElse("");
        if (!version.equals(seen.put(ResourceID.fromResource(certificate), version))) {
            triggerGateway(certificate);
            verifiable.changed(certificate);
        }
        return problems;
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
        return CertificateStatusFactory.nextLook(status, certificate.getSpec(), shared.clock().instant());
    }

    @Override
    protected void deleted(Certificate certificate) {
        seen.remove(ResourceID.fromResource(certificate));
        verifiable.deleted(certificate);
        metrics.deleted(certificate);
    }

    private static Set<ResourceID> users(IndexerResourceCache<Certificate> certificates, Secret secret) {
        return certificates.byIndex(BY_SECRET, secret.getMetadata().getNamespace() + "/" + secret.getMetadata().getName()).stream()
                .map(ResourceID::fromResource).collect(Collectors.toSet());
    }
}
