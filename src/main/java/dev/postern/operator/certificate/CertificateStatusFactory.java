package dev.postern.operator.certificate;

import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.status.ConditionSet;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.Names;
import dev.postern.plan.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;

/** What a Certificate's status says of the certificate itself. Pure. */
final class CertificateStatusFactory {
    private CertificateStatusFactory() {
    }

    /** The leaf that a Secret holds; empty where it cannot be read, which the plan's problems say. */
    static Optional<X509Certificate> leaf(Secret secret) {
        String chain = secret == null ? null : TlsSecrets.text(secret, TlsSecrets.CHAIN);
        try {
            return chain == null ? Optional.empty() : Optional.of(Chains.parse(chain).getFirst());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static void describe(CertificateStatus status, String secretName, X509Certificate leaf) {
        status.secretName = secretName;
        status.fingerprint = Fingerprints.sha256(leaf);
        status.subject = Names.subject(leaf);
        status.issuer = Names.issuer(leaf);
        status.dnsNames = new ArrayList<>(Names.dnsNames(leaf));
        status.notBefore = leaf.getNotBefore().toInstant().toString();
        status.notAfter = leaf.getNotAfter().toInstant().toString();
    }

    /** A certificate that ended is not ready, in force or not. */
    static void expired(CertificateStatus status, ConditionSet set, Instant now) {
        if (status.notAfter != null && now.isAfter(Instant.parse(status.notAfter))) {
            set.put(ConditionTypes.READY, false, Problem.Reason.EXPIRED, "the certificate ended at " + status.notAfter);
        }
    }
}
