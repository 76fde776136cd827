package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;

/**
 * Makes a body transparent (RFC 5321 section 4.5.2), piece by piece. Whatever it is given, a bare CR or LF never leaves it: each
 * becomes CRLF, so that no server downstream sees a line end where another saw none. Not safe for use by many threads.
 */
final class DotStuffer {
    private boolean lineStart = true;
    private boolean cr;

    /** Largest growth: every byte a bare line end or a dot at one, and a CR kept from before. */
    static int bound(int length) {
        return 2 * length + 2;
    }

    /** Reads all of {@code in}, and appends to {@code out}. */
    void stuff(ByteBuf in, ByteBuf out) {
        out.ensureWritable(bound(in.readableBytes()));
        int end = in.writerIndex();
        int run = in.readerIndex();
        for (int i = run; i < end; i++) {
            byte b = in.getByte(i);
            if (cr && b != '\n' || !cr && b == '\n') {
                out.writeBytes(in, run, i - run);
                out.writeBytes(cr ? new byte[] {'\n'} : new byte[] {'\r'});
                run = i;
                lineStart = cr;
            }
            if (lineStart && b == '.') {
                out.writeBytes(in, run, i - run);
                out.writeByte('.');
                run = i;
            }
            cr = b == '\r';
            lineStart = b == '\n';
        }
        out.writeBytes(in, run, end - run);
        in.readerIndex(end);
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
