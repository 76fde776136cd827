package dev.postern.testing;

import dev.postern.gateway.tls.TestPki;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** OCSP responses as {@code openssl ocsp} makes them. */
public final class OpensslOcsp {
    private final Path folder;
    private final AtomicInteger number = new AtomicInteger();

    /** @param folder for what openssl reads and writes */
    public OpensslOcsp(Path folder) {
        this.folder = folder;
    }

    /**
     * A response in DER, good for two days.
     *
     * @param issuer of {@code leaf}
     * @param signer of the response
     */
    public byte[] response(TestPki.Identity leaf, TestPki.Identity issuer, TestPki.Identity signer, boolean revoked) throws IOException, InterruptedException {
        Path here = Files.createDirectory(folder.resolve("ocsp-" + number.incrementAndGet()));
        Path leafFile = pem(here.resolve("leaf.pem"), leaf.certificate());
        Path issuerFile = pem(here.resolve("issuer.pem"), issuer.certificate());
        Path signerFile = pem(here.resolve("signer.pem"), signer.certificate());
        Path key = Files.writeString(here.resolve("signer.key"), KeyPairs.toPem(signer.keys().getPrivate()));
        String serial = leaf.certificate().getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
        serial = serial.length() % 2 == 0 ? serial : "0" + serial;
        Path index = Files.writeString(here.resolve("index.txt"), (revoked ? "R\t491231235959Z\t200101000000Z" : "V\t491231235959Z\t") + "\t" + serial
                + "\tunknown\t/CN=leaf\n");
        Path request = here.resolve("request.der");
        Path response = here.resolve("response.der");
        openssl(List.of("openssl", "ocsp", "-issuer", issuerFile.toString(), "-cert", leafFile.toString(), "-reqout", request.toString(), "-no_nonce"));
        openssl(List.of("openssl", "ocsp", "-index", index.toString(), "-CA", issuerFile.toString(), "-rsigner", signerFile.toString(), "-rkey", key.toString(),
                "-reqin", request.toString(), "-respout", response.toString(), "-ndays", "2"));
        return Files.readAllBytes(response);
    }

    private static Path pem(Path file, X509Certificate certificate) throws IOException {
        return Files.writeString(file, Chains.toPem(List.of(certificate)));
    }

    private static void openssl(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }
}
