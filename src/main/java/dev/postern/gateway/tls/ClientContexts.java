package dev.postern.gateway.tls;

import dev.postern.plan.GatewayPlan;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS contexts of delivery: BoringSSL where it loads, the JDK's elsewhere; TLS 1.2 and later. One for each client certificate, which
 * is shown to servers that ask for one and can verify its key, and one without. A context stays over plans as long as its
 * chain and key do. Used by one thread at a time; what it returns is safe for use by many.
 *
 * <p>The handshake takes any certificate. Whether it is one to trust is for {@link PeerVerifier} to say afterwards, off the event
 * loop and by the level of the destination: an unverifiable peer is still better than clear text where TLS is merely preferred.
 * Sessions resume by ticket or ID within their context, for the same host and port, so never with another client certificate; they keep
 * their peer's chain, so that every connection is verified anew.
 */
public final class ClientContexts {
    private static final int SESSIONS = 1024;
    private static final Duration SESSION_LIFE = Duration.ofMinutes(5);

    private final SslProvider provider;
    private final ContextCache<String> contexts = new ContextCache<>();
    private final ClientContext anonymous;

    public ClientContexts() {
        this(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    /** With the TLS of {@code provider}, which is known to load. */
    public ClientContexts(SslProvider provider) {
        this.provider = provider;
        try {
            anonymous = new ClientContext(context(null));
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS client: " + e.getMessage(), e);
        }
    }

    /**
     * Contexts of a plan by certificate name; the one that shows no certificate is under the key "".
     *
     * @param keys private keys (PKCS#8 in PEM) by certificate name
     * @throws IllegalArgumentException naming the certificate that cannot be shown, and why
     */
    public Map<String, ClientContext> build(GatewayPlan plan, Map<String, String> keys) {
        var credentials = new Credentials(plan, keys);
        Map<String, ClientContext> byName = new HashMap<>();
        byName.put("", anonymous);
        add(plan.settings().certificate(), "the gateway's delivery", credentials, byName);
        plan.destinations().forEach(d -> add(d.certificate(), "destination " + d.name(), credentials, byName));
        contexts.purge();
        return byName;
    }

    /** The context that shows no certificate. */
    public ClientContext anonymous() {
        return anonymous;
    }

    private void add(String name, String who, Credentials credentials, Map<String, ClientContext> byName) {
        if (name == null || byName.containsKey(name)) {
            return;
        }
        var credential = credentials.get(name, who);
        try {
            byName.put(name, new ClientContext(contexts.get(credential.id(), () -> context(credential.keyManagers()))));
        } catch (SSLException | RuntimeException e) {
            throw new IllegalArgumentException("certificate " + name + ": " + e.getMessage(), e);
        }
    }

    /** @param keys null shows none */
    private SslContext context(KeyManagerFactory keys) throws SSLException {
        SslContext context = SslContextBuilder.forClient()
                .sslProvider(provider)
                .protocols("TLSv1.3", "TLSv1.2")
                .keyManager(keys)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .enableOcsp(provider == SslProvider.OPENSSL && OpenSsl.isOcspSupported())
                .sessionCacheSize(SESSIONS)
                .sessionTimeout(SESSION_LIFE.toSeconds())
                .build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys();   // a client has none: this says that it takes the tickets of TLS 1.2, too
        }
        return context;
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
