package dev.postern.cli.cert.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the standalone gateway keeps of certificates in its data folder, for reading only. */
final class DataFolder {
    private final Path certificates;

    DataFolder(Path data) {
        certificates = data.resolve("certificates");
    }

    /** Where chain and key of a Certificate are kept. */
    Path folder(String certificate) {
        return certificates.resolve(certificate);
    }

    /** Chain, key, or what they were made for; null where there is none. */
    String read(String certificate, String file) {
        return read(folder(certificate).resolve(file));
    }

    /** Signing request ({@code tls.csr}), or its key; null where there is none. */
    String readRequest(String certificate, String file) {
        return read(certificates.resolve(certificate + "-csr").resolve(file));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : null;
        } catch (IOException e) {
            throw new StoreException(file + " cannot be read: " + e + "; --data names the gateway's data folder");
        }
    }
}
