package dev.postern.gateway.spool;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts envelopes and chunks on their way into the store, and decrypts them on their way out: AES-256-GCM. What was not written by this spool, for this
 * MID and number, does not decrypt.
 *
 * <pre>
 * sealed = form(1) fingerprint(8) salt(16) counter(8) ciphertext tag(16)
 * key    = HKDF-SHA256 of the key of that fingerprint, with the salt
 * nonce  = 0(4) counter(8)
 * AAD    = kind(1: E or B) mid(8) number(4; of an envelope 0)
 * </pre>
 * The salt is random and new each time that the spool is opened, and the counter counts what is written since: no nonce comes twice under a key.
 */
final class Sealing {
    static final int OVERHEAD = 1 + Long.BYTES + 16 + Long.BYTES + 16;
    /** No version of a clear envelope begins so. */
    private static final byte FORM = (byte) 0xE1;
    private static final int SALT_BYTES = 16;
    private static final int TAG_BYTES = 16;
    private static final int HEADER = OVERHEAD - TAG_BYTES;
    private static final int NONCE_BYTES = 12;
    private static final byte ENVELOPE = 'E';
    private static final byte BODY = 'B';
    private static final int DERIVED_KEYS = 256;

    private final KeyHistory history;
    private final SpoolKeys keys;
    private final byte[] salt = new byte[SALT_BYTES];
    private final SecretKey writing;
    private final AtomicLong counter = new AtomicLong();
    private final Map<Origin, SecretKey> derived = new ConcurrentHashMap<>();
    private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(Sealing::cipher);
    /** The last chunk that each thread sealed. */
    private final ThreadLocal<ByteBuffer> scratch = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(Chunk.FRAMED + OVERHEAD));

    /** Whose key an opening of the spool derived, and with which salt. */
    private record Origin(long fingerprint, long saltHigh, long saltLow) {
    }

    /** @param history as it goes on with what {@code keys} says of writing */
    Sealing(KeyHistory history, SpoolKeys keys) {
        this.history = history;
        this.keys = keys;
        new SecureRandom().nextBytes(salt);
        writing = keys.writing() == null ? null : keys.writing().derived(salt);
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks AES-GCM", e);
        }
    }

    /** The form in which an envelope is stored. */
    byte[] seal(long mid, byte[] envelope) {
        if (writing == null) {
            return envelope;
        }
        var sealed = ByteBuffer.allocate(envelope.length + OVERHEAD);
        seal(ENVELOPE, mid, 0, ByteBuffer.wrap(envelope), sealed);
        return sealed.array();
    }

    /** The form in which a chunk is stored: a direct buffer, of use until this thread's next call. */
    ByteBuffer seal(long mid, int number, ByteBuffer chunk) {
        if (writing == null) {
            return chunk;
        }
        var sealed = scratch.get().clear();
        seal(BODY, mid, number, chunk, sealed);
        return sealed.flip();
    }

    private void seal(byte kind, long mid, int number, ByteBuffer clear, ByteBuffer sealed) {
        var count = counter.getAndIncrement();
        sealed.put(FORM).putLong(keys.writing().fingerprint()).put(salt).putLong(count);
        try {
            run(Cipher.ENCRYPT_MODE, writing, count, kind, mid, number, clear, sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("MID " + mid + " could not be encrypted", e);
        }
    }

    /** @throws IllegalArgumentException where it is damaged, or not the envelope of this message */
    byte[] open(long mid, byte[] stored) {
        if (stored.length == 0 || stored[0] != FORM) {
            if (!history.allows(mid, 0)) {
                throw new IllegalArgumentException("envelope is not encrypted as it was written");
            }
            return stored;
        }
        if (stored.length < OVERHEAD || !history.allows(mid, ByteBuffer.wrap(stored).getLong(1))) {
            throw new IllegalArgumentException("envelope is not encrypted as it was written");
        }
        var clear = ByteBuffer.allocate(stored.length - OVERHEAD);
        open(ENVELOPE, mid, 0, ByteBuffer.wrap(stored), clear);
        return clear.array();
    }

    /** Whether the body of a message is encrypted. */
    boolean encrypted(long mid) {
        return history.body(mid) != 0;
    }

    /**
     * Decrypts a chunk of a body that is encrypted.
     *
     * @param stored {@link #OVERHEAD} bytes longer than the chunk
     * @param clear  takes the chunk
     * @throws IllegalArgumentException where it is damaged, or not this chunk of this message
     */
    void open(long mid, int number, ByteBuffer stored, ByteBuffer clear) {
        if (stored.remaining() < OVERHEAD || stored.get(stored.position()) != FORM || stored.getLong(stored.position() + 1) != history.body(mid)) {
            throw new IllegalArgumentException("it is not encrypted as it was written");
        }
        open(BODY, mid, number, stored, clear);
    }

    private void open(byte kind, long mid, int number, ByteBuffer stored, ByteBuffer clear) {
        var at = stored.position();
        var origin = new Origin(stored.getLong(at + 1), stored.getLong(at + 1 + Long.BYTES), stored.getLong(at + 1 + 2 * Long.BYTES));
        var count = stored.getLong(at + HEADER - Long.BYTES);
        try {
            run(Cipher.DECRYPT_MODE, derived(origin), count, kind, mid, number, stored.position(at + HEADER), clear);
        } catch (AEADBadTagException e) {
            throw new IllegalArgumentException((kind == ENVELOPE ? "envelope" : "it") + " does not match its authentication tag", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it cannot be decrypted: " + e.getMessage(), e);
        }
    }

    private SecretKey derived(Origin origin) {
        var known = derived.get(origin);
        if (known != null) {
            return known;
        }
        if (derived.size() >= DERIVED_KEYS) {
            derived.clear();
        }
        var fresh = keys.of(origin.fingerprint()).derived(ByteBuffer.allocate(SALT_BYTES).putLong(origin.saltHigh()).putLong(origin.saltLow()).array());
        derived.put(origin, fresh);
        return fresh;
    }

    private void run(int mode, SecretKey key, long count, byte kind, long mid, int number, ByteBuffer from, ByteBuffer to) throws GeneralSecurityException {
        var cipher = ciphers.get();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, ByteBuffer.allocate(NONCE_BYTES).putLong(NONCE_BYTES - Long.BYTES, count).array()));
        cipher.updateAAD(ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES).put(kind).putLong(mid).putInt(number).flip());
        cipher.doFinal(from, to);
    }
}
