package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/**
 * A reply (RFC 5321 section 4.2), sent or received.
 *
 * @param code   200 to 599
 * @param status enhanced status code (RFC 2034, RFC 3463) such as {@code 2.1.0}, or null where the reply has none
 * @param lines  text of each line without code and status; at least one, which may be empty
 */
public record Reply(int code, String status, List<String> lines) {

    /** @throws IllegalArgumentException when the code is out of range or there is no line */
    public Reply {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("reply code " + code + " is not between 200 and 599");
        }
        lines = List.copyOf(lines);
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("a reply has at least one line");
        }
    }

    /** A reply of one line. */
    public static Reply of(int code, String status, String text) {
        return new Reply(code, status, List.of(text));
    }

    /** 2yz: done. */
    public boolean positive() {
        return code < 300;
    }

    /** 3yz: go on. */
    public boolean intermediate() {
        return code >= 300 && code < 400;
    }

    /** 4yz: try again later. */
    public boolean transientFailure() {
        return code >= 400 && code < 500;
    }

    /** 5yz: do not try again as it is. */
    public boolean permanentFailure() {
        return code >= 500;
    }

    /** All text in one line, without code and status. */
    public String text() {
        return String.join(" ", lines);
    }

    /** The reply as one line, for logs and diagnostics: {@code 250 2.1.0 ok}. */
    @Override
    public String toString() {
        return (status == null ? code + " " : code + " " + status + " ") + text();
    }

    /** Appends the reply as it goes over the wire. Control characters in the text become {@code ?}: a line never breaks in two. */
    public void encode(ByteBuf out) {
        for (int i = 0; i < lines.size(); i++) {
            ByteBufUtil.writeAscii(out, Integer.toString(code));
            out.writeByte(i < lines.size() - 1 ? '-' : ' ');
            if (status != null) {
                ByteBufUtil.writeAscii(out, status);
                out.writeByte(' ');
            }
            ByteBufUtil.writeUtf8(out, printable(lines.get(i)));
            out.writeByte('\r').writeByte('\n');
        }
    }

    private static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return text.replaceAll("\\p{Cntrl}", "?");
            }
        }
        return text;
    }
}
