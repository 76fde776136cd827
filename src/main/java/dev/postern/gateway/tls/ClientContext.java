package dev.postern.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;

/** TLS towards other servers with one client certificate, or with none. Its sessions resume within it alone. Safe for use by many threads. */
public final class ClientContext {
    private final SslContext context;

    ClientContext(SslContext context) {
        this.context = context;
    }

    /**
     * A handler for one connection.
     *
     * @param host name that the connection is made to, sent as SNI unless it is an address
     */
    public SslHandler handler(ByteBufAllocator allocator, String host, int port, Duration handshakeTimeout) {
        SslHandler handler = context.newHandler(allocator, host, port);
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        return handler;
    }

    /** Whether a connection that one of the two made could have been made by the other: they show the same certificate. */
    public boolean same(ClientContext other) {
        return other != null && context == other.context;
    }
}
