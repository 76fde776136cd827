package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Renewal;
import dev.postern.pki.SelfSigned;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** When a certificate is made, and the Secret that it is made into. Pure but for the randomness of keys. */
final class Issuance {
    /** On the Secret: digest of the specification that it was made from. */
    static final String SPEC_DIGEST = "postern.dev/spec-digest";

    private Issuance() {
    }

    /** Why a certificate is made anew; empty where the Secret has what is wanted. */
    static Optional<String> due(Secret secret, Wanted wanted, Instant now) {
        if (secret == null) {
            return Optional.of("there is none");
        }
        String chain = TlsSecrets.text(secret, TlsSecrets.CHAIN);
        if (chain == null || key(secret).isEmpty()) {
            return Optional.of("the Secret was damaged");
        }
        X509Certificate leaf;
        try {
            leaf = Chains.parse(chain).getFirst();
        } catch (IllegalArgumentException e) {
            return Optional.of("the Secret was damaged");
        }
        if (!KeyPairs.same(leaf.getPublicKey(), key(secret).get().getPublic())) {
            return Optional.of("the Secret was damaged");
        }
        Map<String, String> annotations = secret.getMetadata().getAnnotations();
        if (annotations == null || !wanted.digest().equals(annotations.get(SPEC_DIGEST))) {
            return Optional.of("the specification changed");
        }
        return renewal(leaf, wanted).isAfter(now) ? Optional.empty() : Optional.of("it is due for renewal");
    }

    static Instant renewal(X509Certificate leaf, Wanted wanted) {
        return Renewal.at(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), wanted.renewBefore());
    }

    /**
     * A Secret with a new certificate.
     *
     * @param earlier its key is kept where rotation says so and it is of the wanted algorithm; or null
     * @throws IllegalArgumentException naming the value that no certificate can have
     */
    static Secret issue(Certificate certificate, Wanted wanted, Secret earlier, Instant now) {
        KeyPair kept = wanted.rotation() == Rotation.Never && earlier != null ? key(earlier).filter(k -> is(k, wanted.algorithm())).orElse(null) : null;
        KeyPair key = kept != null ? kept : KeyPairs.generate(wanted.algorithm());
        X509Certificate leaf = SelfSigned.issue(wanted.subject(), wanted.dnsNames(), key, now, now.plus(wanted.duration()));
        var meta = certificate.getMetadata();
        Map<String, String> labels = new TreeMap<>(Map.of("app.kubernetes.io/name", "postern", "app.kubernetes.io/managed-by", OperatorSettings.NAME));
        if (meta.getName().length() <= 63) {   // the length of a label's value; the owner reference tells as well
            labels.put(PlanNames.CERTIFICATE_LABEL, meta.getName());
        }
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(meta.getNamespace())
                .withName(TlsSecrets.nameFor(certificate))
                .withLabels(labels)
                .withAnnotations(Map.of(SPEC_DIGEST, wanted.digest()))
                .withOwnerReferences(new OwnerReferenceBuilder().withApiVersion(certificate.getApiVersion()).withKind(certificate.getKind())
                        .withName(meta.getName()).withUid(meta.getUid()).withController(true).withBlockOwnerDeletion(true).build())
                .endMetadata()
                .withType(TlsSecrets.TYPE)
                .withData(new TreeMap<>(Map.of(
                        TlsSecrets.CHAIN, base64(Chains.toPem(List.of(leaf))),
                        TlsSecrets.KEY, base64(KeyPairs.toPem(key.getPrivate())))))
                .build();
    }

    private static Optional<KeyPair> key(Secret secret) {
        String pem = TlsSecrets.text(secret, TlsSecrets.KEY);
        try {
            return pem == null ? Optional.empty() : Optional.of(KeyPairs.parse(pem));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean is(KeyPair key, Algorithm algorithm) {
        return switch (algorithm) {
            case RSA_2048 -> isRsa(key, 2048);
            case RSA_3072 -> isRsa(key, 3072);
            case RSA_4096 -> isRsa(key, 4096);
            case ECDSA_P256 -> isEc(key, 256);
            case ECDSA_P384 -> isEc(key, 384);
        };
    }

    private static boolean isRsa(KeyPair key, int bits) {
        return key.getPublic() instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() == bits;
    }

    private static boolean isEc(KeyPair key, int bits) {
        return key.getPublic() instanceof ECPublicKey ec && ec.getParams().getCurve().getField().getFieldSize() == bits;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
