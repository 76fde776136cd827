package dev.postern.pki.path;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities that this system trusts. */
public final class SystemRoots {
    private SystemRoots() {
    }

    /** Those of the JDK's default trust store, or of the one that {@code javax.net.ssl.trustStore} names. The first call reads a file: for the edge. */
    public static Set<X509Certificate> load() {
        return Loaded.ROOTS;
    }

    /** Read once in a process, by whoever asks first. */
    private static final class Loaded {
        private static final Set<X509Certificate> ROOTS = Collections.unmodifiableSet(read());
    }

    private static Set<X509Certificate> read() {
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
