package dev.postern.plan;

import java.util.List;

/**
 * Cipher suites that a listener can serve, by their IANA names, the preferred first: forward secrecy and AEAD, or CBC and the
 * key exchange of RSA where somebody insists.
 */
public final class CipherSuites {
    /** TLS 1.3 (RFC 8446 section 9.1). */
    public static final List<String> MODERN = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
    /** ECDHE with AEAD for TLS 1.2 (RFC 5289, RFC 7905). */
    public static final List<String> INTERMEDIATE = List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    private static final List<String> OLD = List.of("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA");

    private CipherSuites() {
    }

    /** @throws IllegalArgumentException where no listener can serve it, saying which are allowed */
    public static String parse(String text) {
        if (isKnown(text)) {
            return text;
        }
        throw new IllegalArgumentException("'" + text + "' is not a cipher suite that can be served; allowed are " + String.join(", ", MODERN) + ", "
                + String.join(", ", INTERMEDIATE) + ", " + String.join(", ", OLD));
    }

    static boolean isKnown(String text) {
        return MODERN.contains(text) || INTERMEDIATE.contains(text) || OLD.contains(text);
    }

    /** Whether a suite is one of TLS 1.3; the others are of TLS 1.2. Those of TLS 1.3 go with every key. */
    public static boolean isTls13(String suite) {
        return MODERN.contains(suite);
    }

    /** Whether a suite of TLS 1.2 is for certificates with an RSA key; the others are for ECDSA and Ed25519 (RFC 8422 section 5.10). */
    public static boolean isRsa(String suite) {
        return suite.startsWith("TLS_ECDHE_RSA_") || suite.startsWith("TLS_RSA_");
    }
}
