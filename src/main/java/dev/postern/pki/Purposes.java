package dev.postern.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** What a certificate may be used for: its extended key usage (RFC 5280 section 4.2.1.12). Without one it is for every purpose. */
public final class Purposes {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY = "2.5.29.37.0";

    private Purposes() {
    }

    /** Whether it is for TLS servers. */
    public static boolean forServers(X509Certificate leaf) {
        return has(leaf, SERVER_AUTH);
    }

    /** Whether it is for TLS clients. */
    public static boolean forClients(X509Certificate leaf) {
        return has(leaf, CLIENT_AUTH);
    }

    private static boolean has(X509Certificate leaf, String purpose) {
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            return purposes == null || purposes.contains(purpose) || purposes.contains(ANY);
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
