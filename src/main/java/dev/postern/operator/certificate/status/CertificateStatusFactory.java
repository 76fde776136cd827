package dev.postern.operator.certificate.status;

import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Summary;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.plan.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a Certificate's status says of the certificate itself. Pure. */
public final class CertificateStatusFactory {
    /** A timer is not trusted for longer: the clock may be set meanwhile. */
    private static final Duration LONGEST_SLEEP = Duration.ofHours(12);
    private static final Duration SHORTEST_SLEEP = Duration.ofSeconds(1);
    private static final int HEX = 16;

    private CertificateStatusFactory() {
    }

    /** The certificate that a Secret holds for its key, wherever it stands among the others; empty where it cannot be read, which the plan's problems say. */
    public static Optional<X509Certificate> leaf(Secret secret) {
        String text = secret == null ? null : TlsSecrets.text(secret, TlsSecrets.CHAIN);
        try {
            List<X509Certificate> chain = text == null ? List.of() : Chains.parse(text);
            return chain.size() < 2 ? chain.stream().findFirst() : Optional.of(leaf(chain, TlsSecrets.text(secret, TlsSecrets.KEY)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static X509Certificate leaf(List<X509Certificate> chain, String key) {
        try {
            PublicKey wanted = key == null ? null : KeyPairs.parse(key).getPublic();
            return chain.stream().filter(c -> wanted != null && KeyPairs.same(c.getPublicKey(), wanted)).findFirst().orElse(chain.getFirst());
        } catch (IllegalArgumentException e) {
            return chain.getFirst();
        }
    }

    public static void describe(CertificateStatus status, String secretName, X509Certificate leaf) {
        status.secretName = secretName;
        status.fingerprint = Fingerprints.sha256(leaf);
        status.subject = Names.subject(leaf);
        status.issuer = Names.issuer(leaf);
        status.dnsNames = new ArrayList<>(Names.dnsNames(leaf));
        status.notBefore = leaf.getNotBefore().toInstant().toString();
        status.serialNumber = leaf.getSerialNumber().toString(HEX);
        status.keyAlgorithm = KeyPairs.algorithm(leaf.getPublicKey());
        status.notAfter = leaf.getNotAfter().toInstant().toString();
    }

    /** What the plan found in the chain: a condition of the type that a problem has as its reason. */
    public static void chainConditions(ConditionSet set, List<Problem> problems) {
        for (String type : ConditionTypes.CHAIN) {
            List<Problem> findings = problems.stream().filter(p -> p.reason().equals(type)).toList();
            if (!findings.isEmpty()) {
                set.put(type, true, type, Summary.text(findings, ""));
            }
        }
    }

    /** When to look again: where what is said of the end changes, and no later than a timer is trusted; empty where nothing more will change by itself. */
    public static Optional<Duration> nextLook(CertificateStatus status, CertificateSpec spec, Instant now) {
        return Expiry.of(status, spec).flatMap(expiry -> expiry.nextChange(now))
                .map(next -> Duration.between(now, next).plus(SHORTEST_SLEEP))
                .map(wait -> wait.compareTo(LONGEST_SLEEP) < 0 ? wait : LONGEST_SLEEP);
    }
}
