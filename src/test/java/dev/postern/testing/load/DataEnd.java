package dev.postern.testing.load;

import io.netty.buffer.ByteBuf;

/** Finds the line with nothing but a dot that ends a message, over the bounds of buffers; looks at dots alone, so that a large message costs next to nothing. */
final class DataEnd {
    private static final byte[] END = {'\r', '\n', '.', '\r', '\n'};
    private int matched;

    /** Before the first byte of a message: a dot there ends it, too. */
    void reset() {
        matched = 2;
    }

    /** Index behind the end within a buffer's readable bytes, or -1 where the message goes on behind them. */
    int find(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int i = start;
        while (i < end) {
            if (matched == 0) {
                int dot = in.indexOf(i, end, (byte) '.');
                if (dot < 0) {
                    matched = lastBytes(in, start, end);
                    return -1;
                }
                matched = dot - start >= 2 && in.getByte(dot - 2) == '\r' && in.getByte(dot - 1) == '\n' ? 3 : 0;
                i = dot + 1;
            } else {
                byte b = in.getByte(i++);
                matched = b == END[matched] ? matched + 1 : b == '\r' ? 1 : 0;
                if (matched == END.length) {
                    return i;
                }
            }
        }
        if (matched == 0) {
            matched = lastBytes(in, start, end);
        }
        return -1;
    }

    private static int lastBytes(ByteBuf in, int start, int end) {
        if (in.getByte(end - 1) == '\r') {
            return 1;
        }
        return end - start >= 2 && in.getByte(end - 1) == '\n' && in.getByte(end - 2) == '\r' ? 2 : 0;
    }
}
