package dev.postern.gateway.admin;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads a message as it is, some at a time. */
final class Content {
    private static final int STRETCH = 64 << 10;
    private static final String END = "\r\n\r\n";

    /** Takes stretches. */
    interface Sink {
        void take(byte[] bytes) throws IOException;
    }

    private final Spool spool;
    private final Envelope envelope;

    Content(Spool spool, Envelope envelope) {
        this.spool = spool;
        this.envelope = envelope;
    }

    /** @param headers only those, without the empty line behind them */
    void to(boolean headers, Sink sink) throws IOException, InterruptedException {
        String tail = "\r\n";   // a message without headers begins with the empty line
        for (long at = 0; at < envelope.size(); at += STRETCH) {
            byte[] bytes = stretch(at);
            int end = headers ? (tail + new String(bytes, StandardCharsets.ISO_8859_1)).indexOf(END) : -1;
            if (end >= 0) {
                sink.take(java.util.Arrays.copyOf(bytes, Math.clamp(end + 2 - tail.length(), 0, bytes.length)));
                return;
            }
            sink.take(bytes);
            String all = tail + new String(bytes, StandardCharsets.ISO_8859_1);
            tail = all.substring(Math.max(0, all.length() - END.length() + 1));
        }
    }

    private byte[] stretch(long at) throws InterruptedException {
        ByteBuf read = Waits.on(spool.read(envelope.mid(), at, (int) Math.min(STRETCH, envelope.size() - at)));
        try {
            return ByteBufUtil.getBytes(read);
        } finally {
            read.release();
        }
    }
}
