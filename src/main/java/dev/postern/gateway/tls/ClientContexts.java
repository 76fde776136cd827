package dev.postern.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS towards other servers: BoringSSL where it loads, the JDK's elsewhere; TLS 1.2 and later.
 *
 * <p>The handshake takes any certificate. Whether it is one to trust is for {@link PeerVerifier} to say afterwards, off the event
 * loop and by the level of the destination: an unverifiable peer is still better than clear text where TLS is merely preferred.
 * Resumed sessions keep their peer's chain, so that every connection is verified anew.
 */
public final class ClientContexts {
    private static final int SESSIONS = 1024;
    private static final Duration SESSION_LIFE = Duration.ofMinutes(5);

    private final SslContext context;

    public ClientContexts() {
        this(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    /** For a provider that is known to load. */
    ClientContexts(SslProvider provider) {
        try {
            context = SslContextBuilder.forClient()
                    .sslProvider(provider)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .sessionCacheSize(SESSIONS)
                    .sessionTimeout(SESSION_LIFE.toSeconds())
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS client: " + e.getMessage(), e);
        }
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

    /** The chain that a peer showed, the leaf first; empty where it showed none. */
    public static List<X509Certificate> chain(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
        return chain;
    }
}
