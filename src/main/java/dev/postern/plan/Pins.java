package dev.postern.plan;

import java.util.Base64;

/** Pins of public keys: base64 of the SHA-256 of a SubjectPublicKeyInfo, as RFC 7469 section 2.4 has them. */
public final class Pins {
    private static final int SHA256_BYTES = 32;

    private Pins() {
    }

    /**
     * A pin in its one form; base64 leaves two bits of the last letter free.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed
     */
    public static String parse(String text) {
        try {
            byte[] digest = Base64.getDecoder().decode(text);
            if (digest.length == SHA256_BYTES) {
                return Base64.getEncoder().encodeToString(digest);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException("'" + text + "' is not a pin; allowed is base64 of the SHA-256 of a SubjectPublicKeyInfo: 44 characters that end with =");
    }
}
