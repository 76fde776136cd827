package dev.postern.pki.path;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities that this system trusts. */
public final class SystemRoots {
    private SystemRoots() {
    }

    /** Those of the JDK's default trust store, or of the one that {@code javax.net.ssl.trustStore} names. Reads a file: for the edge, once. */
    public static Set<X509Certificate> load() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            Set<X509Certificate> roots = new LinkedHashSet<>();
            for (var manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    roots.addAll(List.of(x509.getAcceptedIssuers()));
                }
            }
            return roots;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the system's trust store cannot be read: " + e.getMessage(), e);
        }
    }
}
