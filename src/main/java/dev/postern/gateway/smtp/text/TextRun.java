package dev.postern.gateway.smtp.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Passes over octets that mean nothing to SMTP, eight at a time: most of every message is such. */
public final class TextRun {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    /** Octets below this may be a line end, or NUL. */
    private static final int PLAIN = '\r' + 1;
    private static final long EACH = 0x0101010101010101L;
    private static final long HIGH = EACH << 7;

    private TextRun() {
    }

    /**
     * The end of a run of plain octets.
     *
     * @param ascii whether an octet above 127 ends it too
     * @return index of the first octet from {@code from} on that is CR, LF or another control character below them, or {@code to}
     */
    public static int end(byte[] octets, int from, int to, boolean ascii) {
        long others = ascii ? HIGH : 0;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long eight = (long) LONGS.get(octets, i);
            // The high bit of each octet that is below PLAIN, or above 127 where that counts; a borrow may set it for one that is not, never miss one.
            if (((eight - EACH * PLAIN) & ~eight & HIGH | eight & others) != 0) {
                break;
            }
        }
        while (i < to && (octets[i] >= PLAIN || octets[i] < 0 && !ascii)) {
            i++;
        }
        return i;
    }
}
