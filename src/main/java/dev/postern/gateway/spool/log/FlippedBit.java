package dev.postern.gateway.spool.log;

/**
 * Finds the one bit of a record that is not as it was written. A CRC is linear: by how much the checksum is off depends on which bit is wrong, and on
 * nothing else. CRC-32C keeps any two contents of such lengths at least four bits apart, so that one in which two bits are wrong is never one bit away from
 * another: it is seen to be damaged, not "mended" into something else.
 *
 * <p>What is wholly other bytes under a header that is right looks like one wrong bit as often as there are bits, out of 2^32: once in 16,000 for the longest
 * records. Most of what those hold is chunks of bodies, which have a checksum of their own.
 */
final class FlippedBit {
    private static final int POLYNOMIAL = 0x82f63b78;

    private FlippedBit() {
    }

    /**
     * Turns the bit back in {@code block} where that makes a record of log {@code log}.
     *
     * @return which, counted from the lowest of the byte at {@code at}; negative, with the block as it was, where no single one does
     */
    static int mend(byte[] block, int at, int end, int log) {
        if (end - at < LogFormat.HEADER) {
            return -1;
        }
        // The length is not part of what the checksum is made of. It goes first: each of its forms has to match the checksum as a whole.
        if (LogFormat.isHeader(block, at, log)) {
            for (var bit = 0; bit < Short.SIZE; bit++) {
                if (mends(block, at, end, log, LogFormat.LENGTH_AT * Byte.SIZE + bit)) {
                    return LogFormat.LENGTH_AT * Byte.SIZE + bit;
                }
            }
        }
        var wrong = Integer.bitCount(LogFormat.log(block, at) ^ log) + (LogFormat.isFragment(LogFormat.type(block, at)) ? 0 : 1);
        if (wrong > 1 || !LogFormat.fits(block, at, end)) {
            return -1;
        }
        var checksum = LogFormat.checksum(block, at);
        var inChecksum = LogFormat.mask(checksum) ^ LogFormat.stored(block, at);
        var bit = Integer.bitCount(inChecksum) == 1 ? Integer.numberOfTrailingZeros(inChecksum)
                : inContent(LogFormat.unmask(LogFormat.stored(block, at)) ^ checksum, LogFormat.HEADER - LogFormat.TYPE_AT + LogFormat.length(block, at));
        return bit >= 0 && mends(block, at, end, log, bit) ? bit : -1;
    }

    /** Which bit makes a checksum over {@code bytes} differ by {@code difference}: a bit that goes in last is turned by one step, the one before by two, and so on. */
    private static int inContent(int difference, int bytes) {
        var bits = bytes * Byte.SIZE;
        for (int steps = 1, turned = 1; steps <= bits; steps++) {
            turned = turned >>> 1 ^ ((turned & 1) == 0 ? 0 : POLYNOMIAL);
            if (turned == difference) {
                return LogFormat.TYPE_AT * Byte.SIZE + bits - steps;
            }
        }
        return -1;
    }

    private static boolean mends(byte[] block, int at, int end, int log, int bit) {
        block[at + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        if (LogFormat.isRecord(block, at, end, log)) {
            return true;
        }
        block[at + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return false;
    }
}
