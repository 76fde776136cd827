package dev.postern.gateway.tls;

import dev.postern.plan.CipherSuites;
import dev.postern.plan.ListenerPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything but certificate and key that makes a context of a listener: equal ones have one context, and sessions of one are never
 * resumed in another. Its components are plain values, whose text is the same in every pod: session ticket keys derive from it.
 *
 * @param listener its name
 * @param versions of {@code TLSv1.2} and {@code TLSv1.3}, the oldest first; not empty
 * @param suites   of both versions by their IANA names, the preferred first
 */
record ListenerTls(String listener, List<String> versions, List<String> suites) {
    private static final String TLS_13 = "TLSv1.3";
    private static final List<String> VERSIONS = List.of("TLSv1.2", TLS_13);
    /** Those of TLS 1.2 (RFC 5246, RFC 5288, RFC 8422, RFC 5289, RFC 7905). */
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("TLS_RSA_WITH_AES_128_CBC_SHA", 0x002f), Map.entry("TLS_RSA_WITH_AES_256_CBC_SHA", 0x0035),
            Map.entry("TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009c), Map.entry("TLS_RSA_WITH_AES_256_GCM_SHA384", 0x009d),
            Map.entry("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xc009), Map.entry("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xc00a),
            Map.entry("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xc013), Map.entry("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xc014),
            Map.entry("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b), Map.entry("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xc02c),
            Map.entry("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f), Map.entry("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xc030),
            Map.entry("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca8), Map.entry("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca9));

    ListenerTls {
        versions = List.copyOf(versions);
        suites = List.copyOf(suites);
    }

    /** @throws IllegalArgumentException naming the listener, where the plan asks for what cannot be served */
    static ListenerTls of(ListenerPlan listener) {
        if (!VERSIONS.contains(listener.tls().minimum())) {
            throw new IllegalArgumentException("listener " + listener.name() + ": minimum TLS version '" + listener.tls().minimum() + "' is not one of " + VERSIONS);
        }
        if (listener.tls().versions().isEmpty()) {
            throw new IllegalArgumentException("listener " + listener.name() + " has no cipher suite of a version that it allows");
        }
        return new ListenerTls(listener.name(), listener.tls().versions(), listener.tls().suites());
    }

    /** Numbers of all suites of TLS 1.2 that any listener can serve. */
    static Set<Integer> numbers() {
        return Set.copyOf(NUMBERS.values());
    }

    /** How a handshake with a client would go that the listener's versions and suites alone decide. */
    Offer offer() {
        Set<Integer> rsa = new HashSet<>();
        Set<Integer> ecdsa = new HashSet<>();
        for (String suite : suites) {
            if (!CipherSuites.isTls13(suite)) {
                (CipherSuites.isRsa(suite) ? rsa : ecdsa).add(NUMBERS.get(suite));
            }
        }
        return new Offer(versions.contains(TLS_13), rsa, ecdsa);
    }

    /**
     * What a listener serves, as a ClientHello says it.
     *
     * @param tls13 whether it serves TLS 1.3
     * @param rsa   suites of TLS 1.2 for RSA keys
     * @param ecdsa suites of TLS 1.2 for ECDSA and Ed25519 keys
     */
    record Offer(boolean tls13, Set<Integer> rsa, Set<Integer> ecdsa) {
        Offer {
            rsa = Set.copyOf(rsa);
            ecdsa = Set.copyOf(ecdsa);
        }
    }
}
