package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.time.Instant;

/** Where the pairs of Certificates of source selfSigned and demo come from. */
@FunctionalInterface
public interface CertificateMaker {
    /**
     * The pair of a Certificate.
     *
     * @param hostname the gateway's
     * @return null where there is none yet
     * @throws IOException              where it cannot be kept
     * @throws IllegalArgumentException where the Certificate asks for what cannot be made
     */
    KeyPairPem provide(Certificate certificate, String hostname, Instant now) throws IOException;

    /** Makes each anew and keeps none: for a check. */
    static CertificateMaker keepingNone() {
        return (certificate, hostname, now) -> {
            Authority.Issued made = Issuance.make(Issuance.request(certificate, hostname), null, now);
            return new KeyPairPem(certificate.getMetadata().getName(), made.certificatePem(), made.keyPem());
        };
    }
}
