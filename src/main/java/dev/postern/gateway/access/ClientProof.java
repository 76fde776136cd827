package dev.postern.gateway.access;

import dev.postern.pki.HostNames;
import dev.postern.pki.Names;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/**
 * What a client proved in its TLS handshake.
 *
 * @param names DNS names (lower-case A-labels) of its certificate, where that was verified; a wildcard is no name of a client
 * @param pin   base64 of the SHA-256 of its SubjectPublicKeyInfo: the handshake proves the key, whoever signed the certificate; or null
 */
public record ClientProof(Set<String> names, String pin) {
    /** Of a client without TLS, or without a certificate. */
    public static final ClientProof NONE = new ClientProof(Set.of(), null);

    public ClientProof {
        names = Set.copyOf(names);
    }

    /** @param verified whether a trusted authority says that the names are the client's; a subject's CN is never one (RFC 9525 section 2) */
    public static ClientProof of(X509Certificate certificate, boolean verified) {
        Set<String> names = new HashSet<>();
        for (String name : verified ? Names.dnsNames(certificate) : Set.<String>of()) {
            try {
                names.add(HostNames.normal(name.endsWith(".") ? name.substring(0, name.length() - 1) : name));
            } catch (IllegalArgumentException e) {
                // a wildcard, or no host name
            }
        }
        return new ClientProof(names, pin(certificate));
    }

    private static String pin(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
