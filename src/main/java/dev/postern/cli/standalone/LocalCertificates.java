package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.SigningRequest;
import dev.postern.api.CertificateSpec;
import dev.postern.cli.standalone.CertificateFolder.Kept;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import dev.postern.pki.issue.Requests.InUse;
import dev.postern.pki.issue.Requests.Pending;
import dev.postern.pki.issue.Requests;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Certificates without a cluster: made, requested, taken over and exported into the data folder, as the operator does it with Secrets. */
final class LocalCertificates implements CertificateMaker {
    private static final String REQUEST = "spec.source.signingRequest";
    private final Path data;

    LocalCertificates(Path data) {
        this.data = data;
    }

    @Override
    public Provided provide(Certificate certificate, String hostname, FolderSecrets secrets, Instant now) throws IOException {
        var folder = new CertificateFolder(data, certificate.getMetadata().getName());
        var source = certificate.getSpec().source;
        Provided provided = source.secretRef != null ? new Provided(secrets.pair(certificate, source.secretRef.name), List.of(), List.of(), Optional.empty())
                : source.signingRequest != null ? requested(certificate, hostname, folder, now)
                : source.pkcs12 != null ? takenOver(certificate, folder, secrets)
                : made(certificate, hostname, folder, now);
        return exported(certificate, provided, folder, secrets);
    }

    private static Provided made(Certificate certificate, String hostname, CertificateFolder folder, Instant now) throws IOException {
        Issuance.Request request = Issuance.request(certificate, hostname);
        Kept kept = folder.pair().orElse(null);
        Optional<String> due = kept == null ? Issuance.due(request, null, null, null, now) : Issuance.due(request, kept.from(), kept.pair().chain(), kept.pair().key(), now);
        if (due.isPresent()) {
            Authority.Issued issued = Issuance.make(request, kept == null ? null : kept.pair().key(), now);
            kept = new Kept(request.digest(), new InUse(issued.certificatePem(), issued.keyPem()));
            folder.keep(kept.from(), kept.pair());
        }
        Instant renewal = Issuance.renewal(request, Chains.parse(kept.pair().chain()).getFirst());
        return new Provided(Optional.of(pem(folder, kept.pair())), List.of(), List.of(), Optional.of(renewal));
    }

    private static Provided requested(Certificate certificate, String hostname, CertificateFolder folder, Instant now) throws IOException {
        SigningRequest wanted = certificate.getSpec().source.signingRequest;
        if (wanted.signerName != null || wanted.issuerRef != null) {
            throw new IllegalArgumentException(REQUEST + (wanted.signerName != null ? ".signerName" : ".issuerRef")
                    + ": such signers are a cluster's; without one, have the request signed and put the answer into signedCertificate");
        }
        Issuance.Request request = Issuance.request(certificate, hostname);
        InUse inUse = folder.pair().map(Kept::pair).orElse(null);
        Pending pending = folder.request().orElse(null);
        if (Requests.due(request, false, pending, inUse, now).isPresent()) {
            pending = Requests.make(request, pending, inUse);
            folder.keep(pending);
        }
        List<String> complaints = new ArrayList<>();
        if (wanted.signedCertificate != null) {
            switch (Requests.take(request, pending, inUse, wanted.signedCertificate, now)) {
                case Requests.Unchanged same -> { }
                case Requests.Refused refused -> complaints.add(REQUEST + ".signedCertificate: " + refused.message());
                case Requests.Taken taken -> {
                    inUse = taken.pair();
                    folder.keep(request.digest(), inUse);
                }
            }
        }
        List<String> notes = Requests.open(pending, inUse)
                ? List.of("the signing request is in " + folder.path().resolve("csr/tls.csr") + "; have it signed and put the answer into " + REQUEST + ".signedCertificate")
                : List.of();
        Optional<Instant> again = Optional.ofNullable(inUse).map(pair -> Issuance.renewal(request, pair.leaf())).filter(now::isBefore);
        return new Provided(Optional.ofNullable(inUse).map(pair -> pem(folder, pair)), complaints, notes, again);
    }

    private static Provided takenOver(Certificate certificate, CertificateFolder folder, FolderSecrets secrets) throws IOException {
        try {
            byte[] file = secrets.pkcs12File(certificate);
            String digest = Fingerprints.sha256(file);
            Optional<Kept> kept = folder.pair().filter(pair -> pair.from().equals(digest));
            if (kept.isPresent()) {
                return Provided.of(pem(folder, kept.get().pair()));
            }
            KeyPairPem unpacked = secrets.unpacked(certificate, file);
            InUse pair = new InUse(unpacked.chain(), unpacked.key());
            folder.keep(digest, pair);
            return Provided.of(pem(folder, pair));
        } catch (IllegalArgumentException e) {
            Optional<Kept> last = folder.pair();
            if (last.isEmpty()) {
                throw e;
            }
            return new Provided(Optional.of(pem(folder, last.get().pair())), List.of(e.getMessage() + "; the last good pair stays in use"), List.of(), Optional.empty());
        }
    }

    private static Provided exported(Certificate certificate, Provided provided, CertificateFolder folder, FolderSecrets secrets) throws IOException {
        CertificateSpec.Export export = certificate.getSpec().export;
        if (export == null || export.pkcs12 == null) {
            folder.removeExport();
            return provided;
        }
        if (provided.pair().isEmpty()) {
            return provided;
        }
        try {
            char[] password = secrets.password(certificate, export.pkcs12.passwordSecretRef, "spec.export.pkcs12.passwordSecretRef");
            KeyPairPem pair = provided.pair().get();
            var chain = Chains.parse(pair.chain());
            var key = KeyPairs.parse(pair.key());
            String from = export.pkcs12.encryption + " " + Fingerprints.sha256(pair.chain());
            if (!folder.exported(from).filter(file -> Pkcs12.opens(file, password)).isPresent()) {
                folder.keepExport(from, Pkcs12.write(chain, key.getPrivate(), password, export.pkcs12.encryption, certificate.getMetadata().getName()));
            }
            return provided;
        } catch (IllegalArgumentException e) {
            List<String> complaints = new ArrayList<>(provided.complaints());
            complaints.add(e.getMessage());
            return new Provided(provided.pair(), complaints, provided.notes(), provided.again());
        }
    }

    private static KeyPairPem pem(CertificateFolder folder, InUse pair) {
        return new KeyPairPem(folder.path().toString(), pair.chain(), pair.key());
    }
}
