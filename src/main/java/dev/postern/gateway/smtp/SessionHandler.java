package dev.postern.gateway.smtp;

import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The connection of one session: holds what was received until the session takes it, and stops reading when it takes nothing;
 * gathers replies and sends them when there is nothing more to do; watches the time. One for each connection.
 */
final class SessionHandler extends ChannelInboundHandlerAdapter implements SessionLink {
    /** Octets received and not taken, beyond which nothing more is read. */
    private static final int MAX_WAITING = 64 * 1024;
    /** Buffers up to this are kept as they are. */
    private static final int SMALL = 1024;

    private final Reception reception;
    private final SmtpLimits limits;
    private ChannelHandlerContext context;
    private Dialog dialog;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private ByteBuf out;
    private boolean pumping;
    private boolean closing;
    private boolean waiting;
    private long deadline;
    private boolean deadlineSet;
    private long timerEnd;
    private Future<?> timer;

    SessionHandler(Reception reception, SmtpLimits limits) {
        this.reception = reception;
        this.limits = limits;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        reception.arrived(this);
    }

    /** The greeting is due: what comes from now on is the session's. */
    void begin(Dialog begun) {
        dialog = begun;
        dialog.greet();
        pump();
        flush();
    }

    @Override
    public void hand(Dialog next) {
        begin(next);
    }

    @Override
    public boolean open() {
        return context.channel().isActive() && !closing;
    }

    ChannelHandlerContext context() {
        return context;
    }

    /** The server shuts down. From any thread. */
    void drain() {
        context.executor().execute(() -> {
            if (dialog == null || closing) {
                close(null);
            } else {
                dialog.drain();
                flush();
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, (ByteBuf) message);
        pump();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        resume();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        discard();
        ReferenceCountUtil.release(out);
        out = null;
        if (timer != null) {
            timer.cancel(false);
        }
        try {
            if (dialog != null) {
                dialog.closed();
            }
        } catch (RuntimeException e) {
            reception.unexpected(e);
        } finally {
            reception.left(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion && dialog != null) {
            SslHandler ssl = ctx.pipeline().get(SslHandler.class);
            if (completion.isSuccess() && ssl != null) {
                var tls = ssl.engine().getSession();
                dialog.tlsUp(tls.getProtocol(), tls.getCipherSuite(), ClientContexts.chain(tls));
            } else {
                dialog.tlsFailed(TlsUpgrade.reason(completion.cause()));
                ctx.close();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A peer that resets, or breaks its TLS: the session hears of it by channelInactive and by the handshake's event.
        ctx.close();
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            reception.unexpected(cause);
        }
    }

    @Override
    public void reply(Reply reply) {
        if (!closing) {
            if (out == null) {
                out = context.alloc().buffer(256);
            }
            reply.encode(out);
        }
    }

    @Override
    public void close(Reply lastWord) {
        end(lastWord, this::linger);
    }

    @Override
    public void bye(Reply lastWord) {
        end(lastWord, context::close);
    }

    private void end(Reply lastWord, Runnable then) {
        if (closing) {
            return;
        }
        if (lastWord != null) {
            reply(lastWord);
        }
        closing = true;
        discard();
        ByteBuf last = out == null ? Unpooled.EMPTY_BUFFER : out;
        out = null;
        deadline(limits.linger());
        context.channel().config().setAutoRead(true);
        context.writeAndFlush(last).addListener(written -> then.run());
    }

    @Override
    public void startTls(Function<ClientHello, SslContext> contexts) {
        discard();
        flush();
        context.channel().config().setAutoRead(true);
        context.pipeline().addFirst(new TlsUpgrade(contexts, limits.handshake()));
    }

    @Override
    public void beginTls(Function<ClientHello, SslContext> contexts) {
        ByteBuf early = in;
        in = Unpooled.EMPTY_BUFFER;
        context.channel().config().setAutoRead(true);
        context.pipeline().addFirst(new TlsUpgrade(contexts, limits.handshake()));
        if (early.isReadable()) {
            context.pipeline().fireChannelRead(early).fireChannelReadComplete();
        } else {
            early.release();
        }
    }

    @Override
    public void expect(Duration time) {
        if (!closing) {
            Duration crowded = limits.abuse().crowded();
            deadline(time != null && reception.crowded() && crowded.compareTo(time) < 0 ? crowded : time);
        }
    }

    @Override
    public void later(Duration time, Runnable task) {
        waiting = true;
        context.executor().schedule(() -> {
            waiting = false;
            if (open()) {
                task.run();
                resume();
            }
        }, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void resume() {
        pump();
        if (!pumping) {
            flush();
        }
    }

    @Override
    public void failed(Throwable cause) {
        reception.unexpected(cause);
        context.close();
    }

    @Override
    public Executor loop() {
        return context.executor();
    }

    @Override
    public ByteBufAllocator allocator() {
        return context.alloc();
    }

    private void pump() {
        if (pumping || dialog == null) {
            readOn();
            return;
        }
        pumping = true;
        try {
            while (!closing && context.channel().isWritable() && pendingOut() < MAX_WAITING && dialog.consume(in)) {
                // one thing at a time
            }
        } finally {
            pumping = false;
        }
        if (!in.isReadable()) {
            discard();
        } else if (in.capacity() > SMALL && in.readableBytes() < in.capacity() / 8) {
            shrink();
        }
        readOn();
    }

    /** A few octets that wait for more must not hold the large buffer that they came in: many idle clients could. */
    private void shrink() {
        ByteBuf little = context.alloc().buffer(Math.max(64, in.readableBytes()));
        little.writeBytes(in);
        in.release();
        in = little;
    }

    /** Reads as long as what waits is little: what a client may send ahead is bounded. */
    private void readOn() {
        if (!closing) {
            context.channel().config().setAutoRead(!waiting && in.readableBytes() < MAX_WAITING);
        }
    }

    private int pendingOut() {
        return out == null ? 0 : out.readableBytes();
    }

    private void flush() {
        while (out != null) {
            ByteBuf replies = out;
            out = null;
            context.writeAndFlush(replies, context.voidPromise());
            pump();   // what waited for room in out
        }
    }

    private void discard() {
        in.release();
        in = Unpooled.EMPTY_BUFFER;
    }

    /**
     * Ends the connection so that the last word arrives: closing with unread input would make the system reset the
     * connection, and the client might never read it. So our side is shut, and the rest is read away for a while.
     */
    private void linger() {
        if (context.pipeline().get(SslHandler.class) == null && context.channel() instanceof DuplexChannel duplex && duplex.isActive()) {
            duplex.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } else {
            context.close();
        }
    }

    private void deadline(Duration time) {
        deadlineSet = time != null;
        if (deadlineSet) {
            deadline = System.nanoTime() + time.toNanos();
            if (timer == null || timer.isDone() || timerEnd - deadline > 0) {
                arm(time.toNanos());
            }
        }
    }

    /** One timer a connection, which looks again when it ends: moving the deadline costs nothing. */
    private void arm(long nanos) {
        if (timer != null) {
            timer.cancel(false);
        }
        timerEnd = System.nanoTime() + nanos;
        timer = context.executor().schedule(this::timerEnded, nanos, TimeUnit.NANOSECONDS);
    }

    private void timerEnded() {
        timer = null;
        if (!deadlineSet) {
            return;
        }
        long left = deadline - System.nanoTime();
        if (left > 0) {
            arm(left);
        } else if (closing || dialog == null) {
            context.close();
        } else {
            dialog.timedOut();
        }
    }
}
