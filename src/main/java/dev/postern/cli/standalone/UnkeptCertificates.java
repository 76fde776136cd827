package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes each pair anew and keeps none: for a check of a folder. What awaits a signature, or lies in a cluster, is passed over. */
public final class UnkeptCertificates implements CertificateMaker {
    @Override
    public Provided provide(Certificate certificate, String hostname, FolderSecrets secrets, Instant now) {
        String name = certificate.getMetadata().getName();
        var source = certificate.getSpec().source;
        Optional<KeyPairPem> pair = Optional.empty();
        if (source.secretRef != null) {
            pair = secrets.pair(certificate, source.secretRef.name);
        } else if (source.pkcs12 != null) {
            if (secrets.has(certificate, source.pkcs12.secretRef.name) && secrets.has(certificate, source.pkcs12.passwordSecretRef.name)) {
                pair = Optional.of(secrets.unpacked(certificate, secrets.pkcs12File(certificate)));
            }
        } else if (source.signingRequest == null) {
            Authority.Issued made = Issuance.make(Issuance.request(certificate, hostname), null, now);
            pair = Optional.of(new KeyPairPem(name, made.certificatePem(), made.keyPem()));
        }
        return new Provided(pair, List.of(), List.of(), Optional.empty());
    }
}
