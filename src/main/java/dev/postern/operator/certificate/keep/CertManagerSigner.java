package dev.postern.operator.certificate.keep;

import dev.postern.api.CertificateSpec.IssuerRef;
import dev.postern.operator.kube.Types;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.Chains;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks an issuer of cert-manager by a CertificateRequest, whose owner the Certificate is. */
final class CertManagerSigner implements Signer {
    private static final String FIELD = "spec.source.signingRequest.issuerRef";

    private final KubernetesClient client;

    CertManagerSigner(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public String kind() {
        return "CertificateRequest";
    }

    @Override
    public Reply ask(Look look, Ask ask) throws Unresolved {
        IssuerRef issuer = look.certificate().getSpec().source.signingRequest.issuerRef;
        GenericKubernetesResource wanted = object(look, ask, issuer);
        GenericKubernetesResource live = Signer.object(look, Types.CERTIFICATE_REQUEST, look.namespace(), ask.object(),
                () -> client.genericKubernetesResources(Types.CERTIFICATE_REQUESTS).inNamespace(look.namespace()).resource(wanted).create(),
                FIELD, "certificaterequests of cert-manager.io");
        Map<String, Object> spec = wanted.get("spec");
        if (!spec.get("request").equals(live.get("spec", "request")) || !spec.get("issuerRef").equals(live.get("spec", "issuerRef"))) {
            return new Superseded();
        }
        return reply(live, ask, issuer);
    }

    @Override
    public void withdraw(String namespace, String object) {
        Unavailable.ignore(() -> Types.CERTIFICATE_REQUEST.at().apply(client, new ResourceID(object, namespace)).delete());
    }

    private static Reply reply(GenericKubernetesResource live, Ask ask, IssuerRef issuer) {
        Instant since = Instant.parse(live.getMetadata().getCreationTimestamp());
        String who = issuer.kind + " '" + issuer.name + "': ";
        Optional<Map<String, Object>> denied = condition(live, "Denied", "True");
        if (denied.isPresent()) {
            return new Refused(Reasons.DENIED, who + text(denied.get()), since);
        }
        Optional<Map<String, Object>> ready = condition(live, "Ready", null);
        String reason = ready.map(c -> String.valueOf(c.get("reason"))).orElse("");
        if (reason.equals(Reasons.DENIED) || reason.equals(Reasons.FAILED)) {
            return new Refused(reason, who + text(ready.get()), since);
        }
        String certificate = live.get("status", "certificate");
        if (certificate != null && !certificate.isEmpty() && ready.filter(c -> "True".equals(c.get("status"))).isPresent()) {
            return new Signed(withIntermediate(decode(certificate), live.get("status", "ca")), since);
        }
        return new Waiting("CertificateRequest '" + ask.object() + "' waits for " + issuer.kind + " '" + issuer.name + "'"
                + ready.map(c -> ": " + text(c)).orElse(condition(live, "Approved", "True").isPresent() ? "" : " and for its approval"));
    }

    /** What cert-manager calls the CA is of use where it is not the root and the chain lacks it. */
    private static String withIntermediate(String pem, String ca) {
        if (ca == null || ca.isEmpty()) {
            return pem;
        }
        try {
            List<X509Certificate> chain = Chains.parse(pem);
            List<X509Certificate> lacking = Chains.parse(decode(ca)).stream()
                    .filter(c -> !c.getSubjectX500Principal().equals(c.getIssuerX500Principal()) && !chain.contains(c)).toList();
            return lacking.isEmpty() ? pem : pem + "\n" + Chains.toPem(lacking);
        } catch (IllegalArgumentException e) {
            return pem;   // it says itself whether it can be used
        }
    }

    private static Optional<Map<String, Object>> condition(GenericKubernetesResource live, String type, String status) {
        List<Map<String, Object>> conditions = live.get("status", "conditions");
        return conditions == null ? Optional.empty()
                : conditions.stream().filter(c -> type.equals(c.get("type")) && (status == null || status.equals(c.get("status")))).findFirst();
    }

    private static String text(Map<String, Object> condition) {
        Object message = condition.get("message");
        return message == null || message.toString().isEmpty() ? String.valueOf(condition.get("reason")) : message.toString();
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static GenericKubernetesResource object(Look look, Ask ask, IssuerRef issuer) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion("cert-manager.io/v1")
                .withKind("CertificateRequest")
                .withNewMetadata()
                .withNamespace(look.namespace())
                .withName(ask.object())
                .withLabels(OwnSecrets.labels(look.certificate()))
                .withAnnotations(Map.of(CERTIFICATE, look.namespace() + "/" + look.name()))
                .withOwnerReferences(OwnSecrets.owner(look.certificate()))
                .endMetadata()
                .addToAdditionalProperties("spec", Map.of(
                        "request", Base64.getEncoder().encodeToString(ask.csr().getBytes(StandardCharsets.UTF_8)),
                        "issuerRef", Map.of("name", issuer.name, "kind", issuer.kind, "group", issuer.group),
                        "duration", ask.duration().toSeconds() + "s",
                        "usages", new ArrayList<>(ask.usages())))
                .build();
    }
}
