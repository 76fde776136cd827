package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.CertificateSecrets;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Keeps the Secret of a Certificate that is made here. */
final class SecretKeeper {
    private static final Logger LOG = Logger.getLogger(SecretKeeper.class);

    private final KubernetesClient client;
    private final InformerEventSource<Secret, Certificate> secrets;

    SecretKeeper(KubernetesClient client, InformerEventSource<Secret, Certificate> secrets) {
        this.client = client;
        this.secrets = secrets;
    }

    Optional<Secret> get(Certificate certificate) {
        return secrets.get(new ResourceID(TlsSecrets.nameFor(certificate), certificate.getMetadata().getNamespace()));
    }

    /** Makes the certificate where there is none, where it is not as wanted, and where its time has come. */
    Optional<Problem> keep(Certificate certificate, Issuance.Request request, Instant now) {
        String name = TlsSecrets.nameFor(certificate);
        String namespace = certificate.getMetadata().getNamespace();
        Secret live = get(certificate).orElse(null);
        if (live == null) {
            // Not a TLS Secret that is known; there may be another of this name.
            live = client.secrets().inNamespace(namespace).withName(name).get();
        }
        if (live != null && !CertificateSecrets.isOf(certificate, live)) {
            return Optional.of(new Problem(ResourceRef.of(certificate), "spec.source", Problem.Severity.UNRESOLVED, Reasons.NAME_TAKEN,
                    "there is a Secret '" + name + "' that was not made for this Certificate, and it is not overwritten; delete or rename it, or use it as secretRef"));
        }
        String chain = live == null ? null : TlsSecrets.text(live, TlsSecrets.CHAIN);
        String key = live == null ? null : TlsSecrets.text(live, TlsSecrets.KEY);
        Optional<String> due = Issuance.due(request, live == null ? null : TlsSecretObject.made(live), chain, key, now);
        if (due.isEmpty()) {
            return Optional.empty();
        }
        Secret secret;
        try {
            secret = TlsSecretObject.of(certificate, Issuance.make(request, key, now), request.digest());
        } catch (IllegalArgumentException e) {
            return Optional.of(new Problem(ResourceRef.of(certificate), "spec", Problem.Severity.INVALID, Problem.Reason.INVALID_VALUE, e.getMessage()));
        }
        if (live != null) {
            secret.getMetadata().setUid(live.getMetadata().getUid());
            secret.getMetadata().setResourceVersion(live.getMetadata().getResourceVersion());
        }
        LOG.infof("Certificate %s/%s is made: %s", namespace, certificate.getMetadata().getName(), due.get());
        secrets.eventFilteringUpdateAndCacheResource(secret, wanted -> client.resource(wanted)
                .patch(new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager(OperatorSettings.NAME).withForce(true).build()));
        return Optional.empty();
    }
}
