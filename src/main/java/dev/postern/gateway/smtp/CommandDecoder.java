package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Cuts command lines out of what a client sends. Only CRLF ends a line (RFC 5321 section 2.3.8); a bare CR or LF, another control
 * character, or bytes that are not UTF-8 make the whole line bad. A line longer than {@value #MAX_LINE} octets is swallowed to
 * its end and bad. Looks at each byte once, however slowly they come. One for each connection; not for use by many threads.
 */
public final class CommandDecoder {
    /** Longest command line in octets, with CRLF: RFC 5321 asks for 512, and its extensions for some hundreds more. */
    public static final int MAX_LINE = 2000;

    private int scanned;
    private boolean tooLong;

    /** One line: its text without CRLF, or what is wrong with it. */
    public record Line(String text, Fault fault) {
    }

    /** What makes a line bad. */
    public enum Fault { TOO_LONG, BARE_CR_OR_LF, CONTROL_CHARACTER, NOT_UTF8 }

    /**
     * Takes the next line.
     *
     * @param in read up to the end of the line; a long line without an end is read away, so that little stays
     * @return null when there is no whole line yet
     */
    public Line next(ByteBuf in) {
        return next(in, MAX_LINE);
    }

    /** As {@link #next(ByteBuf)}, with another bound in octets; it may change from line to line, and grow within one that is not yet too long. */
    public Line next(ByteBuf in, int max) {
        while (in.readableBytes() > scanned) {
            int lf = in.indexOf(in.readerIndex() + scanned, in.writerIndex(), (byte) '\n');
            if (lf < 0) {
                scanned = in.readableBytes();
                break;
            }
            scanned = lf + 1 - in.readerIndex();
            if (scanned > 1 && in.getByte(lf - 1) == '\r') {
                return line(in, max);
            }
        }
        if (in.readableBytes() > max) {
            tooLong = true;
            in.skipBytes(in.readableBytes() - 1);   // the last may be the CR of the line's end
            scanned = 1;
        }
        return null;
    }

    /** Forgets what it saw of an unfinished line; for when the buffer is thrown away. */
    public void reset() {
        scanned = 0;
        tooLong = false;
    }

    private Line line(ByteBuf in, int max) {
        byte[] bytes = new byte[Math.min(scanned, max)];
        boolean oversized = tooLong || scanned > max;
        in.getBytes(in.readerIndex(), bytes);
        in.skipBytes(scanned);
        int length = scanned - 2;
        reset();
        return oversized ? new Line("", Fault.TOO_LONG) : decode(bytes, length);
    }

    private static Line decode(byte[] bytes, int length) {
        boolean ascii = true;
        for (int i = 0; i < length; i++) {
            byte b = bytes[i];
            if (b == '\r' || b == '\n') {
                return new Line("", Fault.BARE_CR_OR_LF);
            }
            if (b >= 0 && b < ' ' || b == 0x7f) {
                return new Line("", Fault.CONTROL_CHARACTER);
            }
            ascii &= b >= 0;
        }
        if (ascii) {
            return new Line(new String(bytes, 0, length, StandardCharsets.US_ASCII), null);
        }
        try {
            return new Line(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString(), null);
        } catch (CharacterCodingException e) {
            return new Line("", Fault.NOT_UTF8);
        }
    }
}
