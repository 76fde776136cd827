package dev.postern.gateway.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Authorities that verified delivery trusts. Immutable; its trust manager is safe for use by many threads. */
public record TrustAnchors(X509TrustManager trustManager, Set<X509Certificate> certificates) {

    public TrustAnchors {
        certificates = Set.copyOf(certificates);
    }

    /** Those of the system: the JDK's default trust store, or the one that {@code javax.net.ssl.trustStore} names. */
    public static TrustAnchors system() {
        try {
            return of((KeyStore) null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the system's trust store cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Those of a bundle.
     *
     * @param pem one or more certificates in PEM; text between them is allowed
     * @throws IllegalArgumentException when there is no certificate in it, or one that cannot be read
     */
    public static TrustAnchors of(String pem) {
        try {
            var found = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            if (found.isEmpty()) {
                throw new IllegalArgumentException("trust bundle has no certificate; it needs one or more in PEM (-----BEGIN CERTIFICATE-----)");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int index = 0;
            for (var certificate : found) {
                store.setCertificateEntry("anchor-" + index++, certificate);
            }
            return of(store);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("trust bundle has a certificate that cannot be read: " + e.getMessage(), e);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("trust bundle cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static TrustAnchors of(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return new TrustAnchors(x509, new LinkedHashSet<>(List.of(x509.getAcceptedIssuers())));
            }
        }
        throw new IllegalStateException("every JDK has an X.509 trust manager");
    }

    @Override
    public String toString() {
        return "TrustAnchors[" + certificates.size() + "]";
    }
}
