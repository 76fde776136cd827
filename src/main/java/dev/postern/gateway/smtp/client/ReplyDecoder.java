package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts replies out of what a server sends. Strict: CRLF alone ends a line, each line begins with the same code from 200 to 599,
 * and space, hyphen or the line's end follow it. Bounded: {@value #MAX_LINE} octets a line (RFC 5321 asks for 512; servers go
 * beyond), {@value #MAX_LINES} lines. Not safe for use by many threads.
 */
final class ReplyDecoder {
    static final int MAX_LINE = 4096;
    static final int MAX_LINES = 128;

    private final List<String> lines = new ArrayList<>();
    private int code;
    private int searched;

    /** The reply is not SMTP. */
    static final class ProtocolException extends Exception {
        ProtocolException(String message) {
            super(message);
        }
    }

    /** The next whole reply, or null where more bytes are needed. Takes from {@code in} no byte behind the reply. */
    Reply decode(ByteBuf in) throws ProtocolException {
        while (true) {
            String line = line(in);
            if (line == null) {
                return null;
            }
            Reply reply = add(line);
            if (reply != null) {
                return reply;
            }
        }
    }

    private String line(ByteBuf in) throws ProtocolException {
        int from = in.readerIndex();
        int lf = in.indexOf(from + searched, in.writerIndex(), (byte) '\n');
        int length = (lf < 0 ? in.writerIndex() : lf + 1) - from;
        if (length > MAX_LINE) {
            throw new ProtocolException("reply line longer than " + MAX_LINE + " octets");
        }
        if (lf < 0) {
            searched = length;
            return null;
        }
        searched = 0;
        if (length < 2 || in.getByte(lf - 1) != '\r') {
            throw new ProtocolException("bare LF in reply");
        }
        String line = in.toString(from, length - 2, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return line;
    }

    private Reply add(String line) throws ProtocolException {
        int value = code(line);
        if (value < 0) {
            throw new ProtocolException("not an SMTP reply: '" + clean(line.length() > 80 ? line.substring(0, 80) : line) + "'");
        }
        if (!lines.isEmpty() && value != code) {
            throw new ProtocolException("reply changes its code from " + code + " to " + value);
        }
        if (lines.size() == MAX_LINES) {
            throw new ProtocolException("reply of more than " + MAX_LINES + " lines");
        }
        code = value;
        lines.add(line.length() > 4 ? clean(line.substring(4)) : "");
        if (line.length() > 3 && line.charAt(3) == '-') {
            return null;
        }
        Reply reply = new Reply(code, lines);
        lines.clear();
        return reply;
    }

    private static int code(String line) {
        if (line.length() < 3 || line.length() > 3 && line.charAt(3) != ' ' && line.charAt(3) != '-') {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < 3; i++) {
            char c = line.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value >= 200 && value <= 599 ? value : -1;
    }

    /** Replies go into log lines and DSNs: no control character of a peer may. */
    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(c == '\t' ? ' ' : Character.isISOControl(c) ? '?' : c));
        return clean.toString();
    }
}
