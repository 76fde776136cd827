package dev.postern.gateway.spool.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Records of a log that RocksDB writes over older ones (recyclable log files). A log is blocks of 32 KiB; each begins with a record, and what is left at its end that is
 * too short for a header is padding. Integers are little-endian.
 *
 * <pre>
 * record = crc(4) length(2) type(1) log(4) payload(length)
 * crc    = CRC-32C of type, log and payload, turned right by 15 bits, plus 0xa282ead8
 * type   = 5 whole, 6 first, 7 middle, 8 last fragment of what is written at once
 * log    = the lower half of the number in the file's name: what an older log left behind has another
 * </pre>
 * Other types (those of logs that are never written over, compression, time stamps) are not written with the settings of this store.
 */
final class LogFormat {
    static final int BLOCK = 32 << 10;
    static final int HEADER = 11;
    static final int FULL = 5;
    static final int FIRST = 6;
    static final int MIDDLE = 7;
    static final int LAST = 8;

    static final int LENGTH_AT = 4;
    static final int TYPE_AT = 6;
    private static final int LOG_AT = 7;
    private static final int MASK = 0xa282ead8;
    private static final int TURN = 15;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private LogFormat() {
    }

    /** Bytes of payload that the header at {@code at} tells of. */
    static int length(byte[] block, int at) {
        return (short) SHORT.get(block, at + LENGTH_AT) & 0xffff;
    }

    static int type(byte[] block, int at) {
        return block[at + TYPE_AT] & 0xff;
    }

    static int log(byte[] block, int at) {
        return (int) INT.get(block, at + LOG_AT);
    }

    /** The checksum as it is stored. */
    static int stored(byte[] block, int at) {
        return (int) INT.get(block, at);
    }

    static boolean isFragment(int type) {
        return type >= FULL && type <= LAST;
    }

    /** Whether type and log at {@code at} are those of a record of log {@code log}, whatever the rest is. */
    static boolean isHeader(byte[] block, int at, int log) {
        return isFragment(type(block, at)) && log(block, at) == log;
    }

    /** Whether there is room at {@code at} for a header and what it tells of. */
    static boolean fits(byte[] block, int at, int end) {
        return end - at >= HEADER && end - at - HEADER >= length(block, at);
    }

    /** Whether all of a record of log {@code log} is at {@code at} and matches its checksum. */
    static boolean isRecord(byte[] block, int at, int end, int log) {
        return fits(block, at, end) && isHeader(block, at, log) && mask(checksum(block, at)) == stored(block, at);
    }

    /** CRC-32C of the record at {@code at}, which fits. */
    static int checksum(byte[] block, int at) {
        return crc(block, at + TYPE_AT, HEADER - TYPE_AT + length(block, at));
    }

    static int crc(byte[] bytes, int at, int length) {
        var crc = new CRC32C();
        crc.update(bytes, at, length);
        return (int) crc.getValue();
    }

    static int mask(int crc) {
        return Integer.rotateRight(crc, TURN) + MASK;
    }

    static int unmask(int stored) {
        return Integer.rotateLeft(stored - MASK, TURN);
    }

    /** Completes the record at {@code at}, whose payload is there. */
    static void frame(byte[] block, int at, int type, int log, int length) {
        SHORT.set(block, at + LENGTH_AT, (short) length);
        block[at + TYPE_AT] = (byte) type;
        INT.set(block, at + LOG_AT, log);
        INT.set(block, at, mask(checksum(block, at)));
    }
}
