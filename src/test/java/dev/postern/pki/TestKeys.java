package dev.postern.pki;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.SigningRequests;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A key of each algorithm with a certificate, its intermediate and the root; made once, since RSA takes its time. */
public record TestKeys(KeyPair key, X509Certificate leaf, X509Certificate intermediate, X509Certificate root) {
    private static final Map<Algorithm, TestKeys> MADE = new ConcurrentHashMap<>();

    public static TestKeys of(Algorithm algorithm) {
        return MADE.computeIfAbsent(algorithm, a -> {
            KeyPair key = KeyPairs.generate(a);
            var root = new Authority("Test root", Instant.now(), Duration.ofDays(30));
            Authority issuing = root.intermediate("Test issuing", Duration.ofDays(20));
            List<X509Certificate> chain = Chains.parse(issuing.sign(SigningRequests.make(new Subject(), List.of("mail.example.com"), key), Duration.ofDays(10)));
            return new TestKeys(key, chain.get(0), chain.get(1), Chains.parse(root.certificatePem()).getFirst());
        });
    }

    /** Leaf and intermediate. */
    public List<X509Certificate> chain() {
        return List.of(leaf, intermediate);
    }

    /** Leaf, intermediate and root. */
    public List<X509Certificate> whole() {
        return List.of(leaf, intermediate, root);
    }

    @Override
    public String toString() {
        return "TestKeys[" + KeyPairs.algorithm(key.getPublic()) + "]";
    }
}
