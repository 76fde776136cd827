package dev.postern.testing.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;

/**
 * Text of messages: lines of 76 random characters of base64, as attachments are. No two messages have the same text, so that a spool that compresses
 * gains no more than it does with real mail; and there is no dot in it, so that nothing is to be doubled.
 */
final class Filler {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final int LINE = 78;
    private static final int LINES = 1 << 16;

    private final ByteBuf text = Unpooled.directBuffer(LINE * LINES, LINE * LINES);

    Filler() {
        Random random = new Random(1);
        byte[] line = new byte[LINE];
        line[LINE - 2] = '\r';
        line[LINE - 1] = '\n';
        for (int i = 0; i < LINES; i++) {
            for (int c = 0; c < LINE - 2; c++) {
                line[c] = (byte) ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            }
            text.writeBytes(line);
        }
    }

    /** Bytes of {@code wanted} that are whole lines; at least one line. */
    static int whole(int wanted) {
        return Math.max(1, wanted / LINE) * LINE;
    }

    /**
     * Some whole lines, for one write; the caller writes on from where it ended.
     *
     * @param line  any number: where to begin
     * @param bytes at most; a multiple of a line
     */
    ByteBuf from(long line, int bytes) {
        int begin = (int) Math.floorMod(line, (long) LINES) * LINE;
        return text.retainedSlice(begin, Math.min(bytes, text.writerIndex() - begin));
    }

    static long lines(int bytes) {
        return bytes / LINE;
    }
}
