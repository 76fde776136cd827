package dev.postern.pki;

import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/** The DNS record of a key that signs mail (RFC 6376 section 3.6.1). Pure. */
public final class DkimRecord {
    /** What {@link #algorithm} allows, for messages. */
    public static final String SUPPORTED = "DKIM has RSA and Ed25519";
    private static final int ED25519_BYTES = 32;

    private DkimRecord() {
    }

    /**
     * The signing algorithm of a key: {@code rsa-sha256} (RFC 6376) or {@code ed25519-sha256} (RFC 8463).
     *
     * @throws IllegalArgumentException for a key of another type
     */
    public static String algorithm(PublicKey key) {
        return type(key) + "-sha256";
    }

    /**
     * The text of the TXT record.
     *
     * @param service what the key signs for: {@code tlsrpt} (RFC 8460 section 3), {@code email} or {@code *}
     * @throws IllegalArgumentException for a key of a type that DKIM does not have
     */
    public static String of(PublicKey key, String service) {
        String type = type(key);
        byte[] encoded = key.getEncoded();
        byte[] data = type.equals("rsa") ? encoded : Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);   // RFC 8463 section 4.2: without the structure
        return "v=DKIM1; k=" + type + "; s=" + service + "; p=" + Base64.getEncoder().encodeToString(data);
    }

    private static String type(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> "rsa";
            case EdECPublicKey ed when KeyPairs.algorithm(ed).equals(KeyPairs.ED25519) -> "ed25519";
            default -> throw new IllegalArgumentException("is of type " + KeyPairs.algorithm(key) + "; " + SUPPORTED);
        };
    }
}
