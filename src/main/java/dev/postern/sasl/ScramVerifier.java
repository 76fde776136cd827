package dev.postern.sasl;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is kept of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677), in the form that PostgreSQL and RFC 5803 write:
 * {@code SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY}. It tells whether a password is right, and does not give it. Immutable; never
 * printed.
 */
public final class ScramVerifier {
    /** The mechanism, and the scheme of the text. */
    public static final String SCHEME = "SCRAM-SHA-256";
    /** Fewest iterations that RFC 7677 allows. */
    public static final int FEWEST_ITERATIONS = 4096;
    /** Most iterations: a login costs the gateway or the client well below a second. */
    public static final int MOST_ITERATIONS = 1_000_000;
    /** Iterations of a new verifier: as many as clients can be expected to take, as Cyrus SASL refuses more than 65536. */
    public static final int ITERATIONS = 32_768;
    /** Octets of a key. */
    public static final int KEY = 32;

    private static final Pattern FORM = Pattern.compile("SCRAM-SHA-256\\$([0-9]{1,9}):([A-Za-z0-9+/=]{1,400})\\$([A-Za-z0-9+/=]{1,100}):([A-Za-z0-9+/=]{1,100})");
    private static final String ALLOWED = "; allowed is SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY as 'postern user verifier' prints it";
    private static final int NEW_SALT = 16;
    private static final int SHORTEST_SALT = 8;
    private static final int LONGEST_SALT = 256;

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Reads a verifier.
     *
     * @throws IllegalArgumentException saying what was wrong and what is allowed; never with what it holds
     */
    public static ScramVerifier parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a verifier of " + SCHEME + ALLOWED);
        }
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException("has " + iterations + " iterations; allowed are from " + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS);
        }
        byte[] salt = base64("a salt", matcher.group(2));
        if (salt.length < SHORTEST_SALT || salt.length > LONGEST_SALT) {
            throw new IllegalArgumentException("has a salt of " + salt.length + " octets; allowed are from " + SHORTEST_SALT + " to " + LONGEST_SALT);
        }
        return new ScramVerifier(iterations, salt, key("a StoredKey", matcher.group(3)), key("a ServerKey", matcher.group(4)));
    }

    /**
     * Makes one of a password; costs CPU.
     *
     * @param password as {@link Prepared} gives it
     */
    public static ScramVerifier of(String password, int iterations, SecureRandom random) {
        byte[] salt = new byte[NEW_SALT];
        random.nextBytes(salt);
        return of(password, iterations, salt);
    }

    /** With a salt that was chosen. */
    public static ScramVerifier of(String password, int iterations, byte[] salt) {
        byte[] salted = salted(password, iterations, salt);
        return new ScramVerifier(iterations, salt.clone(), sha256(hmac(salted, "Client Key")), hmac(salted, "Server Key"));
    }

    /** One that no password fits, with this salt; for users that do not exist. */
    public static ScramVerifier none(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        return new ScramVerifier(iterations, salt.clone(), storedKey.clone(), serverKey.clone());
    }

    public int iterations() {
        return iterations;
    }

    public byte[] salt() {
        return salt.clone();
    }

    /** Whether a password, as {@link Prepared} gives it, is the one; costs CPU, whatever the answer. */
    public boolean fits(String password) {
        return MessageDigest.isEqual(storedKey, sha256(hmac(salted(password, iterations, salt), "Client Key")));
    }

    /** Whether the proof of a client (RFC 5802 section 3) comes from one who knows the password. */
    public boolean fits(byte[] proof, byte[] authMessage) {
        byte[] signature = hmac(storedKey, authMessage);
        byte[] clientKey = new byte[KEY];
        for (int i = 0; i < KEY; i++) {
            clientKey[i] = (byte) (signature[i] ^ (i < proof.length ? proof[i] : 0));
        }
        return MessageDigest.isEqual(storedKey, sha256(clientKey)) & proof.length == KEY;
    }

    /** By which a client knows that the server knows the verifier. */
    public byte[] serverSignature(byte[] authMessage) {
        return hmac(serverKey, authMessage);
    }

    /** The verifier as it is kept. */
    public String text() {
        var base64 = Base64.getEncoder();
        return SCHEME + "$" + iterations + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(storedKey) + ":" + base64.encodeToString(serverKey);
    }

    /** HMAC-SHA-256. */
    public static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] hmac(byte[] key, String message) {
        return hmac(key, message.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    /** Hi() of RFC 5802 section 2.2, which is PBKDF2 (RFC 8018). */
    private static byte[] salted(String password, int iterations, byte[] salt) {
        char[] characters = password.toCharArray();
        PBEKeySpec spec = new PBEKeySpec(characters, salt, iterations, KEY * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
            Arrays.fill(characters, '\0');
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] key(String what, String text) {
        byte[] key = base64(what, text);
        if (key.length != KEY) {
            throw new IllegalArgumentException("has " + what + " of " + key.length + " octets; needed are " + KEY);
        }
        return key;
    }

    private static byte[] base64(String what, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has " + what + " that is not Base64" + ALLOWED);
        }
    }

    /** Without what it holds. */
    @Override
    public String toString() {
        return "ScramVerifier[" + iterations + " iterations]";
    }
}
