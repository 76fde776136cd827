package dev.postern.pki;

import dev.postern.api.CertificateSpec.Encryption;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** PKCS#12 files (RFC 7292: .p12, .pfx): a key and its certificates under a password. */
public final class Pkcs12 {
    /** Upper bound of a file, in bytes: that of a Secret. */
    public static final int MAX_SIZE = 1 << 20;

    private Pkcs12() {
    }

    /**
     * What a file holds.
     *
     * @param certificates all of them, each once, in the file's order but for the first: that is the key's own
     */
    public record Contents(List<X509Certificate> certificates, KeyPair key) {
        public Contents {
            certificates = List.copyOf(certificates);
        }

        @Override
        public String toString() {
            return "Contents" + certificates.stream().map(Names::subject).toList();
        }
    }

    /**
     * Reads a file with one key, as OpenSSL, Java, Windows, GnuTLS and NSS write it: DER or BER; protected by PBES2 with AES or Triple DES, or
     * by the older schemes with Triple DES, RC2 and RC4; with a MAC of either kind (RFC 7292, RFC 9879) or without.
     *
     * @param password empty and null are the same; both ways to encode that are tried
     * @throws Pkcs12Exception with the reason, when there is no such key with its certificate to be had
     */
    public static Contents read(byte[] file, char[] password) {
        return Pkcs12Reader.read(file, password);
    }

    /** Whether a file that was written here opens with this password. */
    public static boolean opens(byte[] file, char[] password) {
        try {
            read(file, password);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Writes a key and its chain. Both carry the same localKeyId, by which readers find the key's certificate.
     *
     * @param chain        the key's own certificate first; not empty
     * @param friendlyName what Windows and Java show for the key and call it by; characters of the Basic Multilingual Plane
     * @param password     Java reads only ASCII in files of {@link Encryption#TripleDES}
     * @throws IllegalArgumentException where the password is empty: that would be no protection, and readers do not agree on how it is encoded
     */
    public static byte[] write(List<X509Certificate> chain, PrivateKey key, char[] password, Encryption encryption, String friendlyName) {
        return Pkcs12Writer.write(chain, key, password, encryption, friendlyName);
    }
}
