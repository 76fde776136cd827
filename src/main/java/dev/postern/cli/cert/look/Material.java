package dev.postern.cli.cert.look;

import dev.postern.pki.Names;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a file holds.
 *
 * @param form         for messages: PEM, DER, PKCS#7 or PKCS#12
 * @param certificates in the file's order; not empty
 * @param key          null where there is none, or none that can be read; never printed
 * @param keyTrouble   why the key cannot be read, or null
 */
public record Material(String form, List<X509Certificate> certificates, KeyPair key, String keyTrouble) {
    public Material {
        certificates = List.copyOf(certificates);
    }

    @Override
    public String toString() {
        return "Material[" + form + ", " + certificates.stream().map(Names::subject).toList() + "]";
    }
}
