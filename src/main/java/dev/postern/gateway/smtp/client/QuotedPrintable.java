package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;

/** The quoted-printable encoding (RFC 2045 section 6.7), line by line. What is decoded again has every octet as it was. Pure. */
final class QuotedPrintable {
    /** Octets of an encoded line at most, without its line end. */
    static final int MAX_LINE = 76;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};

    private QuotedPrintable() {
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
