package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Mapping;
import java.time.Duration;

/** Reads the ClientHello, chooses the context by the name in it, and makes place for that context's TLS. */
final class TlsUpgrade extends SniHandler {
    private static final int MAX_CLIENT_HELLO = 64 * 1024;
    private static final int MAX_REASON = 200;

    private final Duration timeout;

    TlsUpgrade(Mapping<? super String, SslContext> contexts, Duration timeout) {
        super(contexts, MAX_CLIENT_HELLO, timeout.toMillis());
        this.timeout = timeout;
    }

    @Override
    protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
        SslHandler handler = super.newSslHandler(context, allocator);
        handler.setHandshakeTimeoutMillis(timeout.toMillis());
        return handler;
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
