package dev.postern.operator.certificate.verify;

import dev.postern.pki.Chains;
import dev.postern.pki.path.SystemRoots;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/** The authorities that software knows without being told: those of the Java runtime, which are read when they are first asked for. */
@Singleton
public final class KnownRoots {
    private static final int MAX_PATH = 10;

    private volatile Map<X500Principal, List<X509Certificate>> roots;

    public KnownRoots() {
    }

    /** These and no others. */
    public static KnownRoots of(Collection<X509Certificate> roots) {
        var known = new KnownRoots();
        known.roots = bySubject(roots.stream());
        return known;
    }

    /**
     * The authority where the path from a certificate ends without having met one of these; empty where it meets one. Dates do
     * not matter here.
     *
     * @param others what may lie between, in any order
     */
    Optional<X500Principal> stranger(X509Certificate leaf, List<X509Certificate> others) {
        X509Certificate last = leaf;
        for (int i = 0; i < MAX_PATH; i++) {
            X509Certificate current = last;
            if (known(current)) {
                return Optional.empty();
            }
            Optional<X509Certificate> issuer = others.stream().filter(c -> !c.equals(current) && Chains.issued(c, current)).findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
        }
        return Optional.of(last.getIssuerX500Principal());
    }

    private boolean known(X509Certificate certificate) {
        return roots().getOrDefault(certificate.getIssuerX500Principal(), List.of()).stream().anyMatch(root -> Chains.issued(root, certificate))
                || roots().getOrDefault(certificate.getSubjectX500Principal(), List.of()).contains(certificate);
    }

    private Map<X500Principal, List<X509Certificate>> roots() {
        if (roots == null) {
            roots = bySubject(SystemRoots.load().stream());
        }
        return roots;
    }

    private static Map<X500Principal, List<X509Certificate>> bySubject(Stream<X509Certificate> certificates) {
        return certificates.collect(Collectors.groupingBy(X509Certificate::getSubjectX500Principal));
    }
}
