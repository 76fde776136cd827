package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Certificates that are made here, kept in a folder that only its owner can read: one folder each, as the operator keeps a Secret each. */
final class LocalCertificates implements CertificateMaker {
    private static final Set<java.nio.file.attribute.PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private final Path folder;

    LocalCertificates(Path folder) {
        this.folder = folder;
    }

    /**
     * The pair of a Certificate of source selfSigned or demo, made or renewed now where it is due.
     *
     * @param hostname the gateway's
     * @throws IOException              where the folder cannot be read or written
     * @throws IllegalArgumentException where the Certificate asks for what cannot be made
     */
    @Override
    public KeyPairPem provide(Certificate certificate, String hostname, Instant now) throws IOException {
        Path own = folder.resolve(certificate.getMetadata().getName());
        Issuance.Request request = Issuance.request(certificate, hostname);
        String chain = read(own.resolve("tls.crt"));
        String key = read(own.resolve("tls.key"));
        Optional<String> due = Issuance.due(request, read(own.resolve("request")), chain, key, now);
        if (due.isEmpty()) {
            return new KeyPairPem(own.toString(), chain, key);
        }
        Authority.Issued made = Issuance.make(request, key, now);
        Files.createDirectories(own, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        // The request's digest last: without it, what lies there counts for nothing.
        Files.deleteIfExists(own.resolve("request"));
        write(own.resolve("tls.key"), made.keyPem());
        write(own.resolve("tls.crt"), made.certificatePem());
        write(own.resolve("request"), request.digest());
        return new KeyPairPem(own.toString(), made.certificatePem(), made.keyPem());
    }

    private static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : null;
    }

    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Names of the Certificates whose pairs are made here. */
    static List<Certificate> made(List<Certificate> certificates) {
        return certificates.stream().filter(c -> c.getSpec() != null && c.getSpec().source != null
                && (c.getSpec().source.selfSigned != null || c.getSpec().source.demo != null)).toList();
    }
}
