package dev.postern.gateway.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The keys of the store. Numbers are big-endian, so that keys sort by MID and then by chunk.
 *
 * <pre>
 * envelope: mid(8)           → EnvelopeCodec, or that in Sealing
 * body:     mid(8) chunk(4)  → Chunk, or that in Sealing
 * default:  "format"         → version of all this (4)
 *           "mid"            → MIDs below it may be in use (8)
 *           "count"          → messages (8)
 *           "held"           → those of them on hold (8)
 *           "keys"           → KeyHistory; missing where all is in clear
 *           "u" mid(8)       → (empty) chunks of a message that is not committed
 *           "q" mid(8)       → why the message is in quarantine (UTF-8)
 * </pre>
 */
final class Keys {
    static final byte[] FORMAT = "format".getBytes(StandardCharsets.US_ASCII);
    static final byte[] MID = "mid".getBytes(StandardCharsets.US_ASCII);
    static final byte[] COUNT = "count".getBytes(StandardCharsets.US_ASCII);
    static final byte[] HELD = "held".getBytes(StandardCharsets.US_ASCII);
    static final byte[] HISTORY = "keys".getBytes(StandardCharsets.US_ASCII);
    static final byte UNCOMMITTED = 'u';
    static final byte QUARANTINED = 'q';

    private Keys() {
    }

    static byte[] envelope(long mid) {
        return ofLong(mid);
    }

    static byte[] body(long mid, int chunk) {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(mid).putInt(chunk).array();
    }

    static byte[] marked(byte mark, long mid) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(mark).putLong(mid).array();
    }

    static boolean isMarked(byte mark, byte[] key) {
        return key.length == 1 + Long.BYTES && key[0] == mark;
    }

    static long midOfMarked(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    static byte[] ofLong(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    static long toLong(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }
}
