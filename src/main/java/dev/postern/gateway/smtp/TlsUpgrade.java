package dev.postern.gateway.smtp;

import dev.postern.gateway.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Reads the ClientHello, chooses the context by what is in it, and makes place for that context's TLS. */
final class TlsUpgrade extends SslClientHelloHandler<SslContext> {
    private static final int MAX_CLIENT_HELLO = 64 * 1024;
    private static final int MAX_REASON = 200;

    private final Function<ClientHello, SslContext> contexts;
    private final Duration timeout;
    private Future<?> timer;

    /** @param timeout for the ClientHello, and again for the rest of the handshake */
    TlsUpgrade(Function<ClientHello, SslContext> contexts, Duration timeout) {
        super(MAX_CLIENT_HELLO);
        this.contexts = contexts;
        this.timeout = timeout;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> {
            if (!ctx.isRemoved()) {
                ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(
                        new SslHandshakeTimeoutException("no ClientHello within " + timeout.toSeconds() + " s")));
                ctx.close();
            }
        }, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        timer.cancel(false);
        super.handlerRemoved0(ctx);
    }

    /** @param body null where the record is none of a ClientHello */
    @Override
    protected Future<SslContext> lookup(ChannelHandlerContext ctx, ByteBuf body) {
        return ctx.executor().newSucceededFuture(contexts.apply(body == null ? ClientHello.UNREADABLE : ClientHello.parse(body.nioBuffer())));
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<SslContext> chosen) {
        SslHandler handler = chosen.getNow().newHandler(ctx.alloc());
        boolean placed = false;
        try {
            handler.setHandshakeTimeoutMillis(timeout.toMillis());
            ctx.pipeline().replace(this, SslHandler.class.getName(), handler);
            placed = true;
        } finally {
            if (!placed) {
                ReferenceCountUtil.safeRelease(handler.engine());
            }
        }
    }

    /** Why a handshake failed, in one short line; never what the peer sent. */
    static String reason(Throwable cause) {
        Throwable root = cause;
        while (root instanceof DecoderException && root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof NotSslRecordException) {
            return "the client did not send a TLS record";
        }
        if (root instanceof java.nio.channels.ClosedChannelException) {
            return "connection closed during the handshake";
        }
        String message = root == null || root.getMessage() == null ? String.valueOf(root) : root.getMessage();
        String line = message.replaceAll("\\p{Cntrl}+", " ");
        return line.length() > MAX_REASON ? line.substring(0, MAX_REASON) : line;
    }
}
