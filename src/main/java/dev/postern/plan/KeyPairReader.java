package dev.postern.plan;

import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.path.Arrangement;
import dev.postern.pki.path.Arrangement.Finding;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads key pairs and arranges their chains. It remembers what it made of those seen last, so that a change of one among thousands
 * costs the reading of one; what it answers does not depend on that. Safe for use by many threads.
 */
public final class KeyPairReader {
    private static final int MOST_REMEMBERED = 8192;
    private static final String NEEDED = "; needed are tls.crt and tls.key, as in Secrets of type kubernetes.io/tls";

    private final Set<X509Certificate> knownRoots;
    private final Map<String, Reading> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Reading> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /**
     * What a key pair is at a time.
     *
     * @param faults      why it cannot be read, by file; all else is empty then
     * @param findings    what is wrong with the chain
     * @param chainPem    the chain as it is to be served
     * @param fingerprint SHA-256 of the leaf
     * @param key         the private key in PEM (PKCS#8); never printed
     * @param since       from when on all of this holds
     * @param until       when it ceases to, because a certificate begins or ends; {@link Instant#MAX} where it never does
     */
    record Reading(Map<String, String> faults, List<Finding> findings, String chainPem, String fingerprint, String key, Instant since, Instant until) {
        @Override
        public String toString() {
            return "Reading[" + fingerprint + ", " + faults + ", " + findings + "]";
        }
    }

    /** @param knownRoots authorities that peers are expected to know: a chain that leads to one is complete */
    public KeyPairReader(Set<X509Certificate> knownRoots) {
        this.knownRoots = Set.copyOf(knownRoots);
    }

    Reading read(KeyPairPem pem, Instant now) {
        String id = Fingerprints.sha256(pem.chain() + "\0" + pem.key());
        synchronized (remembered) {
            Reading known = remembered.get(id);
            if (known != null && !now.isBefore(known.since()) && now.isBefore(known.until())) {
                return known;
            }
        }
        Reading fresh = readAnew(pem, now);
        synchronized (remembered) {
            remembered.put(id, fresh);
        }
        return fresh;
    }

    private Reading readAnew(KeyPairPem pem, Instant now) {
        Map<String, String> faults = new LinkedHashMap<>();
        List<X509Certificate> given = List.of();
        KeyPair key = null;
        try {
            given = Chains.parse(present(pem.chain()));
        } catch (IllegalArgumentException e) {
            faults.put("tls.crt", e.getMessage());
        }
        try {
            key = KeyPairs.parse(present(pem.key()));
        } catch (IllegalArgumentException e) {
            faults.put("tls.key", e.getMessage());
        }
        if (!faults.isEmpty()) {
            return new Reading(faults, List.of(), null, null, null, Instant.MIN, Instant.MAX);
        }
        Arrangement arrangement = Arrangement.of(given, key.getPublic(), knownRoots, now);
        TreeSet<Instant> changes = new TreeSet<>(Set.of(Instant.MIN, Instant.MAX));
        given.forEach(c -> changes.addAll(Set.of(c.getNotBefore().toInstant(), ended(c))));
        return new Reading(Map.of(), arrangement.findings(), Chains.toPem(arrangement.chain()), Fingerprints.sha256(arrangement.chain().getFirst()),
                KeyPairs.toPem(key.getPrivate()), changes.floor(now), changes.higher(now));
    }

    /** The first instant at which a certificate is no longer valid: it still is in the very one that it names. */
    static Instant ended(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().plusNanos(1);
    }

    private static String present(String pem) {
        if (pem == null || pem.isBlank()) {
            throw new IllegalArgumentException("is " + (pem == null ? "absent" : "empty") + NEEDED);
        }
        return pem;
    }
}
