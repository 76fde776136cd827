package dev.postern.gateway.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of encryption at rest. It encrypts nothing itself: each opening of a spool derives a key of its own from it (HKDF, RFC 5869), so that spools
 * which share it, and a spool that was restored from a copy, never use the same key with the same nonce.
 *
 * @param name        how people call it
 * @param fingerprint follows from the key alone, and says nothing of it; not 0
 * @param secret      {@value #BYTES} bytes
 */
record SpoolKey(String name, long fingerprint, SecretKey secret) {
    static final int BYTES = 32;
    private static final byte[] FINGERPRINT = "postern spool fingerprint".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RECORDS = "postern spool records".getBytes(StandardCharsets.US_ASCII);

    static SpoolKey of(String name, byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException(secret.length + " bytes; a key has " + BYTES);
        }
        var key = new SecretKeySpec(secret, "HKDF");
        var fingerprint = ByteBuffer.wrap(derive(key, new byte[0], FINGERPRINT)).getLong();
        return new SpoolKey(name, fingerprint == 0 ? 1 : fingerprint, key);
    }

    /** The key of one opening of one spool. */
    SecretKey derived(byte[] salt) {
        return new SecretKeySpec(derive(secret, salt, RECORDS), "AES");
    }

    private static byte[] derive(SecretKey from, byte[] salt, byte[] purpose) {
        try {
            return KDF.getInstance("HKDF-SHA256").deriveData(HKDFParameterSpec.ofExtract().addIKM(from).addSalt(salt).thenExpand(purpose, BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks HKDF-SHA256", e);
        }
    }

    static String text(long fingerprint) {
        return String.format("%016x", fingerprint);
    }

    @Override
    public String toString() {
        return name + " (" + text(fingerprint) + ")";
    }
}
