package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.cli.standalone.CertificateFolder.Kept;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the gateway of a folder has of each Certificate, as it stands: nothing is made and nothing is written. For those who look on. */
public final class KeptCertificates implements CertificateMaker {
    private final Path data;

    /** @param data the data folder of {@code postern run} */
    public KeptCertificates(Path data) {
        this.data = data;
    }

    @Override
    public Provided provide(Certificate certificate, String hostname, FolderSecrets secrets, Instant now) throws IOException {
        return new Provided(pair(certificate, secrets), List.of(), List.of(), Optional.empty());
    }

    /**
     * The pair in use, or that would be were the gateway to look now; empty where there is none yet.
     *
     * @throws IOException              where the data folder cannot be read
     * @throws IllegalArgumentException where the Certificate names what cannot be read
     */
    public Optional<KeyPairPem> pair(Certificate certificate, FolderSecrets secrets) throws IOException {
        var source = certificate.getSpec().source;
        if (source.secretRef != null) {
            return secrets.pair(certificate, source.secretRef.name);
        }
        var folder = new CertificateFolder(data, certificate.getMetadata().getName());
        Optional<Kept> kept = folder.pair();
        if (source.pkcs12 != null) {
            byte[] file = secrets.pkcs12File(certificate);
            if (kept.filter(k -> k.from().equals(Fingerprints.sha256(file))).isEmpty()) {
                return Optional.of(secrets.unpacked(certificate, file));
            }
        }
        return kept.map(k -> new KeyPairPem(folder.path().toString(), k.pair().chain(), k.pair().key()));
    }
}
