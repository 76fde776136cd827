package dev.postern.testing.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** One connection to the sink: answers commands, and notes each message by the number in its head before it is answered 250. */
final class SinkSession extends ChannelInboundHandlerAdapter {
    private static final byte[] GREETING = ascii("220 sink.bench.test ESMTP\r\n");
    private static final byte[] EXTENSIONS = ascii("250-sink.bench.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n");
    private static final byte[] STARTTLS = ascii("250-STARTTLS\r\n");
    private static final byte[] SIZE = ascii("250 SIZE 104857600\r\n");
    private static final byte[] OK = ascii("250 2.0.0 ok\r\n");
    private static final byte[] START = ascii("354 go ahead\r\n");
    private static final byte[] READY = ascii("220 2.0.0 go ahead\r\n");
    private static final byte[] BYE = ascii("221 2.0.0 bye\r\n");
    /** Of the head, this much is kept to find the number in. */
    private static final int HEAD = 8192;
    private static final int LINE = 4096;

    private final LoadSink sink;
    private final DataEnd end = new DataEnd();
    private final byte[] kept = new byte[HEAD];
    private int length;
    private boolean inData;
    private boolean encrypted;

    SinkSession(LoadSink sink) {
        this.sink = sink;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        sink.ledger().opened();
        context.writeAndFlush(bytes(context, GREETING));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable()) {
                if (inData) {
                    data(context, in);
                } else if (!command(context, in)) {
                    return;
                }
            }
        } finally {
            ReferenceCountUtil.release(in);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();   // the peer was killed, or broke off; what was not answered it sends again
    }

    private void data(ChannelHandlerContext context, ByteBuf in) {
        int behind = end.find(in);
        int take = (behind < 0 ? in.writerIndex() : behind) - in.readerIndex();
        int keep = Math.min(take, kept.length - length);
        in.readBytes(kept, length, keep);
        length += keep;
        in.skipBytes(take - keep);
        if (behind >= 0) {
            Mark.Found found = Mark.find(kept, length);
            Ledger ledger = sink.ledger();
            if (found == null) {
                ledger.failed("a message arrived without a number");
            } else if (found.of(ledger.run)) {
                ledger.arrived(found.message(), encrypted);
            }
            inData = false;
            length = 0;
            context.write(bytes(context, OK));
        }
    }

    /** Whether what follows in the buffer is for this handler. */
    private boolean command(ChannelHandlerContext context, ByteBuf in) {
        int feed = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int take = (feed < 0 ? in.writerIndex() : feed + 1) - in.readerIndex();
        if (length + take > LINE) {
            context.close();
            return false;
        }
        in.readBytes(kept, length, take);
        length += take;
        if (feed < 0) {
            return true;
        }
        int verb = length < 4 ? 0 : (kept[0] & 0xdf) << 24 | (kept[1] & 0xdf) << 16 | (kept[2] & 0xdf) << 8 | kept[3] & 0xdf;
        length = 0;
        switch (verb) {
            case 'D' << 24 | 'A' << 16 | 'T' << 8 | 'A' -> {
                inData = true;
                end.reset();
                context.write(bytes(context, START));
            }
            case 'E' << 24 | 'H' << 16 | 'L' << 8 | 'O' -> {
                ByteBuf reply = context.alloc().buffer(256).writeBytes(EXTENSIONS);
                context.write((encrypted ? reply : reply.writeBytes(STARTTLS)).writeBytes(SIZE));
            }
            case 'S' << 24 | 'T' << 16 | 'A' << 8 | 'R' -> {
                context.writeAndFlush(bytes(context, READY));
                context.pipeline().addFirst(sink.tls().newHandler(context.alloc()));
                encrypted = true;
                return false;   // anything sent in clear after STARTTLS is discarded
            }
            case 'Q' << 24 | 'U' << 16 | 'I' << 8 | 'T' -> context.writeAndFlush(bytes(context, BYE)).addListener(ChannelFutureListener.CLOSE);
            default -> context.write(bytes(context, OK));
        }
        return true;
    }

    private static ByteBuf bytes(ChannelHandlerContext context, byte[] text) {
        return context.alloc().buffer(text.length).writeBytes(text);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
