package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.TestPki;
import dev.postern.testing.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** OCSP responses (RFC 6960) of an authority of our own, made by the openssl program, for servers that staple them. */
final class StapledResponse {
    /** Whether the gateway asks for them and heeds them; the rows about them enter the table with it. */
    static final boolean ARE_READ = false;
    /** Stands for the response's file among the options of a server. */
    static final String PLACE = "@RESPONSE@";

    private StapledResponse() {
    }

    /** A response that says that a certificate is revoked; returns its file, in DER. */
    static Path revoked(Path folder, TestPki.Identity identity, TestPki.Identity issuer) {
        try {
            String serial = identity.certificate().getSerialNumber().toString(16).toUpperCase();
            Path index = Files.writeString(folder.resolve("index"), "R\t350101000000Z\t260101000000Z,keyCompromise\t%s\tunknown\t/CN=x\n"
                    .formatted(serial.length() % 2 == 0 ? serial : "0" + serial));
            String authority = OpensslHandshake.certificate(folder, issuer).toString();
            Command.run(folder, "openssl", "ocsp", "-index", index.toString(), "-CA", authority, "-issuer", authority, "-rsigner", authority,
                    "-rkey", OpensslHandshake.key(folder, issuer).toString(), "-cert", OpensslHandshake.certificate(folder, identity).toString(), "-ndays", "7", "-noverify",
                    "-respout", folder.resolve("response").toString());
            return folder.resolve("response");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
