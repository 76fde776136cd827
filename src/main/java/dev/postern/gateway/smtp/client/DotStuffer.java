package dev.postern.gateway.smtp.client;

import dev.postern.gateway.smtp.text.TextRun;
import io.netty.buffer.ByteBuf;

/**
 * Makes a body transparent (RFC 5321 section 4.5.2), piece by piece. Whatever it is given, a bare CR or LF never leaves it: each
 * becomes CRLF, so that no server downstream sees a line end where another saw none. Not safe for use by many threads.
 */
final class DotStuffer {
    private static final int STRETCH = 8192;

    private byte[] stretch = {};
    private boolean lineStart = true;
    private boolean cr;

    /** Largest growth: every byte a bare line end or a dot at one, and a CR kept from before. */
    static int bound(int length) {
        return 2 * length + 2;
    }

    /** Reads all of {@code in}, and appends to {@code out}. */
    void stuff(ByteBuf in, ByteBuf out) {
        out.ensureWritable(bound(in.readableBytes()));
        if (stretch.length < Math.min(in.readableBytes(), STRETCH)) {
            stretch = new byte[Math.min(in.readableBytes(), STRETCH)];
        }
        while (in.isReadable()) {
            int n = Math.min(in.readableBytes(), stretch.length);
            in.readBytes(stretch, 0, n);
            stuff(n, out);
        }
    }

    private void stuff(int n, ByteBuf out) {
        int from = 0;   // what is before was handed on
        for (int i = 0; i < n; i++) {
            if (!cr && !lineStart) {
                i = TextRun.end(stretch, i, n, false);
                if (i == n) {
                    break;
                }
            }
            byte b = stretch[i];
            if (cr && b != '\n' || !cr && b == '\n') {
                out.writeBytes(stretch, from, i - from);
                out.writeByte(cr ? '\n' : '\r');
                from = i;
                lineStart = cr;
            }
            if (lineStart && b == '.') {
                out.writeBytes(stretch, from, i - from);
                out.writeByte('.');
                from = i;
            }
            cr = b == '\r';
            lineStart = b == '\n';
        }
        out.writeBytes(stretch, from, n - from);
    }

    /** Ends the body: the line end that it may lack, and the final dot. */
    void end(ByteBuf out) {
        if (cr) {
            out.writeByte('\n');
        } else if (!lineStart) {
            out.writeByte('\r').writeByte('\n');
        }
        out.writeByte('.').writeByte('\r').writeByte('\n');
    }
}
