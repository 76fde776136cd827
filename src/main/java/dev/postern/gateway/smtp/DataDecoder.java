package dev.postern.gateway.smtp;

import dev.postern.gateway.smtp.text.TextRun;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Reads the content of a message as it streams in: after DATA it takes the stuffed dots away and finds the end (RFC 5321 section
 * 4.5.2), after BDAT it takes the octets as they are (RFC 3030).
 *
 * <p>Only CRLF.CRLF ends the data. A bare CR or LF is a fault of the message, never a line end: what one server takes for the
 * end and the next does not is how mail is smuggled. After a fault the rest is consumed to its true end and not handed on.
 * One for each message; not for use by many threads.
 */
public final class DataDecoder {
    /**
     * Longest line in octets without CRLF. RFC 5322 allows 998; peers send more and most servers take it, so the bound only stops
     * what no server would take further.
     */
    public static final int MAX_LINE = 65_536;
    /** Bytes that one call reads at most, and so the room that its output needs. */
    public static final int STRETCH = 8192;

    private static final int LINE_START = 0;
    private static final int TEXT = 1;
    private static final int CR = 2;
    private static final int DOT = 3;
    private static final int DOT_CR = 4;

    /** Nothing stays in it between two calls. */
    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[STRETCH];
        }
    };

    private final boolean dotted;
    private int state = LINE_START;
    private int lineLength;
    private boolean eightBit;
    private Fault fault;

    /** What is wrong with a message's content. */
    public enum Fault { BARE_CR, BARE_LF, NUL, LINE_TOO_LONG }

    private DataDecoder(boolean dotted) {
        this.dotted = dotted;
    }

    /** For the content after DATA. */
    public static DataDecoder forData() {
        return new DataDecoder(true);
    }

    /** For the content of BDAT chunks, which a count ends. */
    public static DataDecoder forChunks() {
        return new DataDecoder(false);
    }

    /**
     * Reads up to {@value #STRETCH} octets.
     *
     * @param in  its reader index moves over what was read, never past the end of the data
     * @param out gets the content; at most as many octets as were read
     * @return whether the end of the data was reached (never for chunks)
     */
    public boolean decode(ByteBuf in, ByteBuf out) {
        int n = Math.min(in.readableBytes(), STRETCH);
        byte[] stretch = SCRATCH.get();
        in.getBytes(in.readerIndex(), stretch, 0, n);
        int from = 0;           // what is before was handed on
        int lineFrom = 0;       // where the line began, for its length
        for (int i = 0; i < n; i++) {
            if (state == TEXT) {
                i = TextRun.end(stretch, i, n, !eightBit);
                if (i == n) {
                    break;
                }
            }
            byte b = stretch[i];
            switch (state) {
                case LINE_START -> {
                    if (dotted && b == '.') {
                        write(stretch, out, from, i);
                        from = i + 1;
                        state = DOT;
                    } else {
                        text(b);
                    }
                }
                case CR -> {
                    if (b == '\n') {
                        length(i - 1 - lineFrom);
                        lineLength = 0;
                        lineFrom = i + 1;
                        state = LINE_START;
                    } else {
                        fault(Fault.BARE_CR);
                        text(b);
                    }
                }
                case DOT -> {
                    if (b == '\r') {
                        from = i + 1;   // part of the end, or of a message that is refused
                        state = DOT_CR;
                    } else {
                        text(b);
                    }
                }
                case DOT_CR -> {
                    if (b == '\n') {
                        in.skipBytes(i + 1);
                        state = LINE_START;
                        return true;
                    }
                    fault(Fault.BARE_CR);
                    text(b);
                }
                default -> text(b);
            }
        }
        write(stretch, out, from, n);
        length(n - lineFrom);
        in.skipBytes(n);
        return false;
    }

    /** Ends the content of chunks: a last line without its end gets one, as DATA to the next server needs it. */
    public void finish(ByteBuf out) {
        if (state == CR) {
            fault(Fault.BARE_CR);
        }
        if (state != LINE_START && fault == null) {
            out.writeByte('\r').writeByte('\n');
            state = LINE_START;
        }
    }

    /** What is wrong with the content so far, or null; the first fault stays. */
    public Fault fault() {
        return fault;
    }

    /** Whether an octet above 127 was seen. */
    public boolean eightBit() {
        return eightBit;
    }

    private void text(byte b) {
        state = TEXT;
        switch (b) {
            case '\r' -> state = CR;
            case '\n' -> fault(Fault.BARE_LF);
            case 0 -> fault(Fault.NUL);
            default -> eightBit |= b < 0;
        }
    }

    private void length(int more) {
        lineLength += more;
        if (lineLength > MAX_LINE) {
            fault(Fault.LINE_TOO_LONG);
            lineLength = MAX_LINE;
        }
    }

    private void fault(Fault found) {
        if (fault == null) {
            fault = found;
        }
    }

    private void write(byte[] stretch, ByteBuf out, int from, int to) {
        if (fault == null && to > from) {
            out.writeBytes(stretch, from, to - from);
        }
    }
}
