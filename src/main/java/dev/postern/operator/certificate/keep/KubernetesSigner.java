package dev.postern.operator.certificate.keep;

import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.Types;
import dev.postern.operator.status.Reasons;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Asks a signer of Kubernetes' certificates API by a CertificateSigningRequest. Whether that is approved is never decided here. */
final class KubernetesSigner implements Signer {
    private static final String FIELD = "spec.source.signingRequest.signerName";
    /** What the API takes, at least. */
    private static final Duration SHORTEST = Duration.ofMinutes(10);

    private final KubernetesClient client;

    KubernetesSigner(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public String kind() {
        return "CertificateSigningRequest";
    }

    @Override
    public Reply ask(Look look, Ask ask) throws Unresolved {
        String signer = look.certificate().getSpec().source.signingRequest.signerName;
        CertificateSigningRequest wanted = object(look, ask, signer);
        CertificateSigningRequest live = Signer.object(look, Types.CERTIFICATE_SIGNING_REQUEST, null, ask.object(), () -> client.resource(wanted).create(),
                FIELD, "certificatesigningrequests");
        if (!live.getSpec().getSignerName().equals(signer) || !live.getSpec().getRequest().equals(wanted.getSpec().getRequest())) {
            return new Superseded();
        }
        Instant since = Instant.parse(live.getMetadata().getCreationTimestamp());
        List<CertificateSigningRequestCondition> conditions = live.getStatus() == null ? List.of() : live.getStatus().getConditions();
        Optional<CertificateSigningRequestCondition> no = conditions.stream().filter(c -> c.getType().equals(Reasons.DENIED) || c.getType().equals(Reasons.FAILED)).findFirst();
        if (no.isPresent()) {
            return new Refused(no.get().getType(), "signer '" + signer + "': " + (no.get().getMessage() == null ? no.get().getReason() : no.get().getMessage()), since);
        }
        String certificate = live.getStatus() == null ? null : live.getStatus().getCertificate();
        if (certificate != null && !certificate.isEmpty()) {
            return new Signed(new String(Base64.getDecoder().decode(certificate), StandardCharsets.UTF_8), since);
        }
        boolean approved = conditions.stream().anyMatch(c -> c.getType().equals("Approved"));
        return new Waiting("CertificateSigningRequest '" + ask.object() + "' waits "
                + (approved ? "for signer '" + signer + "' to sign it" : "for someone to approve it (kubectl certificate approve " + ask.object() + ")"));
    }

    @Override
    public void withdraw(String namespace, String object) {
        Unavailable.ignore(() -> client.certificates().v1().certificateSigningRequests().withName(object).delete());
    }

    private static CertificateSigningRequest object(Look look, Ask ask, String signer) {
        Duration duration = ask.duration().compareTo(SHORTEST) < 0 ? SHORTEST : ask.duration();
        return new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withName(ask.object())
                .addToLabels(OwnSecrets.MANAGED_BY, OperatorSettings.NAME)
                .addToAnnotations(CERTIFICATE, look.namespace() + "/" + look.name())
                .endMetadata()
                .withNewSpec()
                .withSignerName(signer)
                .withRequest(Base64.getEncoder().encodeToString(ask.csr().getBytes(StandardCharsets.UTF_8)))
                .withUsages(ask.usages())
                .withExpirationSeconds((int) duration.toSeconds())
                .endSpec()
                .build();
    }
}
