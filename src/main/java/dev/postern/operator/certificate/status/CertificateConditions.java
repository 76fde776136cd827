package dev.postern.operator.certificate.status;

import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateStatus;
import dev.postern.operator.status.ConditionSet;
import dev.postern.plan.Problem;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** What a status says of a certificate wherever it is kept: for those who look at Certificates without a cluster. Pure. */
public final class CertificateConditions {
    private CertificateConditions() {
    }

    /**
     * Describes a certificate, and puts the conditions of its chain and of its end.
     *
     * @param keptIn   what holds chain and key
     * @param problems of the Certificate, as the plan's compiler found them
     */
    public static void put(CertificateStatus status, ConditionSet set, CertificateSpec spec, String keptIn, X509Certificate leaf, List<Problem> problems, Instant now) {
        CertificateStatusFactory.describe(status, keptIn, leaf);
        CertificateStatusFactory.chainConditions(set, problems);
        Expiry.of(status, spec).ifPresent(expiry -> expiry.put(set, now));
    }
}
