package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The quoted-printable encoding (RFC 2045 section 6.7), line by line. What is decoded again has every octet as it was. Pure. */
public final class QuotedPrintable {
    /** Octets of an encoded line at most, without its line end. */
    static final int MAX_LINE = 76;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};

    private QuotedPrintable() {
    }

    /** Encodes a text whose lines end with CRLF. */
    public static String text(byte[] text) {
        ByteBuf out = Unpooled.buffer(text.length + 64);
        int from = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\n' && i > from && text[i - 1] == '\r') {
                line(Arrays.copyOfRange(text, from, i - 1), i - 1 - from, out);
                out.writeByte('\r').writeByte('\n');
                from = i + 1;
            }
        }
        line(Arrays.copyOfRange(text, from, text.length), text.length - from, out);
        return out.toString(StandardCharsets.US_ASCII);
    }

    /** Encodes a line, without its line end. A CR or LF in it is no line end, and stays one octet of the content. */
    static void line(byte[] line, int length, ByteBuf out) {
        int column = 0;
        for (int i = 0; i < length; i++) {
            byte b = line[i];
            boolean last = i == length - 1;
            boolean plain = b > ' ' && b < 127 && b != '=' || (b == ' ' || b == '\t') && !last;
            int width = plain ? 1 : 3;
            if (column + width > (last ? MAX_LINE : MAX_LINE - 1)) {
                out.writeByte('=').writeByte('\r').writeByte('\n');
                column = 0;
            }
            if (plain) {
                out.writeByte(b);
            } else {
                out.writeByte('=').writeByte(HEX[b >> 4 & 15]).writeByte(HEX[b & 15]);
            }
            column += width;
        }
    }
}
