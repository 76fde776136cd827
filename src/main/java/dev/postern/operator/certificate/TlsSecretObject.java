package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.pki.issue.Authority;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The Secret that a certificate is made into. Pure. */
final class TlsSecretObject {
    /** Digest of what the certificate was made from. */
    static final String MADE = "postern.dev/spec-digest";
    private static final int MAX_LABEL = 63;

    private TlsSecretObject() {
    }

    static Secret of(Certificate certificate, Authority.Issued issued, String digest) {
        var meta = certificate.getMetadata();
        Map<String, String> labels = new TreeMap<>(Map.of("app.kubernetes.io/name", "postern", "app.kubernetes.io/managed-by", OperatorSettings.NAME));
        if (meta.getName().length() <= MAX_LABEL) {   // the owner reference says whose it is, whatever the length of the name
            labels.put(PlanNames.CERTIFICATE_LABEL, meta.getName());
        }
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(meta.getNamespace())
                .withName(TlsSecrets.nameFor(certificate))
                .withLabels(labels)
                .withAnnotations(Map.of(MADE, digest))
                .withOwnerReferences(new OwnerReferenceBuilder().withApiVersion(certificate.getApiVersion()).withKind(certificate.getKind())
                        .withName(meta.getName()).withUid(meta.getUid()).withController(true).withBlockOwnerDeletion(true).build())
                .endMetadata()
                .withType(TlsSecrets.TYPE)
                .withData(new TreeMap<>(Map.of(TlsSecrets.CHAIN, base64(issued.certificatePem()), TlsSecrets.KEY, base64(issued.keyPem()))))
                .build();
    }

    /** Digest of what a Secret's certificate was made from, or null. */
    static String made(Secret secret) {
        return secret.getMetadata().getAnnotations() == null ? null : secret.getMetadata().getAnnotations().get(MADE);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
