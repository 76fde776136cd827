package dev.postern.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;

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

    /** The OCSP response that a server stapled to its handshake; null where there is none, or where this TLS does not tell. */
    public static byte[] staple(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine nativeEngine) {
            byte[] response = OpenSsl.isOcspSupported() ? nativeEngine.getOcspResponse() : null;
            return response == null || response.length == 0 ? null : response;
        }
        var responses = engine.getSession() instanceof ExtendedSSLSession session ? session.getStatusResponses() : List.<byte[]>of();
        return responses.isEmpty() || responses.getFirst().length == 0 ? null : responses.getFirst();
    }
}
