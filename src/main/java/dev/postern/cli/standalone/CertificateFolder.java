package dev.postern.cli.standalone;

import dev.postern.api.SecretKeyRef;
import dev.postern.pki.issue.Requests.InUse;
import dev.postern.pki.issue.Requests.Pending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where one certificate is kept without a cluster, in files that only their owner can read. They have the names of the keys of
 * the Secrets that the operator keeps: {@code tls.crt} and {@code tls.key}, {@code csr/tls.csr} and {@code csr/tls.key},
 * {@code export/keystore.p12}. A file {@code request} beside a pair says what it was made from; it is written last, and without it
 * what lies there counts for nothing.
 */
public final class CertificateFolder {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String MADE = "request";
    private final Path folder;

    /** @param data the data folder of {@code postern run} */
    public CertificateFolder(Path data, String certificate) {
        folder = data.resolve("certificates").resolve(certificate);
    }

    public Path path() {
        return folder;
    }

    /**
     * A pair and what it was made from.
     *
     * @param from digest
     */
    public record Kept(String from, InUse pair) {
    }

    /** The pair in use; empty where there is none, or where it was not written whole. */
    public Optional<Kept> pair() throws IOException {
        String from = read(folder.resolve(MADE));
        String chain = read(folder.resolve("tls.crt"));
        String key = read(folder.resolve("tls.key"));
        return from == null || chain == null || key == null ? Optional.empty() : Optional.of(new Kept(from, new InUse(chain, key)));
    }

    public void keep(String from, InUse pair) throws IOException {
        Files.createDirectories(folder, OWNER_ONLY);
        Files.deleteIfExists(folder.resolve(MADE));
        OwnerFiles.write(folder.resolve("tls.key"), pair.key());
        OwnerFiles.write(folder.resolve("tls.crt"), pair.chain());
        OwnerFiles.write(folder.resolve(MADE), from);
    }

    /** The signing request at hand. */
    public Optional<Pending> request() throws IOException {
        Path csr = folder.resolve("csr");
        String made = read(csr.resolve(MADE));
        String text = read(csr.resolve("tls.csr"));
        String key = read(csr.resolve("tls.key"));
        if (made == null || text == null || key == null) {
            return Optional.empty();
        }
        String[] lines = made.split("\n", 2);
        return Optional.of(new Pending(lines[0], lines.length < 2 ? "" : lines[1], text, key));
    }

    public void keep(Pending request) throws IOException {
        Path csr = folder.resolve("csr");
        Files.createDirectories(csr, OWNER_ONLY);
        Files.deleteIfExists(csr.resolve(MADE));
        OwnerFiles.write(csr.resolve("tls.key"), request.key());
        OwnerFiles.write(csr.resolve("tls.csr"), request.csr());
        OwnerFiles.write(csr.resolve(MADE), request.digest() + "\n" + request.basis());
    }

    /** The PKCS#12 file that was exported from this; empty where there is none, or it was made from something else. */
    public Optional<byte[]> exported(String from) throws IOException {
        Path export = folder.resolve("export");
        return from.equals(read(export.resolve(MADE))) ? Optional.of(Files.readAllBytes(export.resolve(SecretKeyRef.PKCS12_FILE))) : Optional.empty();
    }

    public void keepExport(String from, byte[] file) throws IOException {
        Path export = folder.resolve("export");
        Files.createDirectories(export, OWNER_ONLY);
        Files.deleteIfExists(export.resolve(MADE));
        OwnerFiles.write(export.resolve(SecretKeyRef.PKCS12_FILE), file);
        OwnerFiles.write(export.resolve(MADE), from);
    }

    public void removeExport() throws IOException {
        Files.deleteIfExists(folder.resolve("export").resolve(MADE));
        Files.deleteIfExists(folder.resolve("export").resolve(SecretKeyRef.PKCS12_FILE));
    }

    private static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : null;
    }
}
