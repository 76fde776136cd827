package dev.postern.pki;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;

/** Digests that name a certificate or a key. */
public final class Fingerprints {
    private Fingerprints() {
    }

    /** SHA-256 of a text in UTF-8, in lower-case hex. */
    public static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of the DER form, in lower-case hex without separators. */
    public static String sha256(X509Certificate certificate) {
        try {
            return sha256(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate has an encoding", e);
        }
    }

    /** SHA-256 of a public key as X.509 writes it (SubjectPublicKeyInfo), in lower-case hex without separators. */
    public static String sha256(PublicKey key) {
        return sha256(key.getEncoded());
    }

    /** SHA-256 of a public key as X.509 writes it, in base64: a pin (RFC 7469 section 2.4). */
    public static String pin(PublicKey key) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256(key)));
    }

    /** Of bytes as they are. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
