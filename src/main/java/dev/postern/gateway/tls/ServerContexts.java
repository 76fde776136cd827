package dev.postern.gateway.tls;

import dev.postern.gateway.tls.Credentials.Credential;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * TLS contexts of the listeners. An instance stays over all plans: a context is made once for a chain, key and minimum version,
 * and stays as long as plans use it. Used by one thread at a time; what it returns is safe for use by many.
 *
 * <p>Native TLS (BoringSSL) where it loads, the JDK's elsewhere. For TLS 1.2 the cipher suites have forward secrecy and
 * authenticated encryption only. No compression, no renegotiation. Sessions resume from this process's memory, for five minutes,
 * and within one context: never with another certificate than they began with, nor where a client certificate is asked for and was not
 * before. Session tickets are off, as their key would outlive
 * the forward secrecy of TLS 1.2.
 */
public final class ServerContexts {
    private static final List<String> PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");
    private static final List<String> CIPHERS = List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    private static final long SESSION_SECONDS = 300;
    private static final long SESSION_CACHE = 10_000;

    static {
        // Read by the JDK when its TLS is first used; native TLS never renegotiates.
        if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        }
    }

    private final SslProvider provider;
    private final ContextCache<Key> contexts = new ContextCache<>();

    /** Native TLS where it loads, else the JDK's. */
    public ServerContexts() {
        this(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    /** With the TLS of {@code provider}. */
    public ServerContexts(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * TLS of every listener of a plan that has certificates, by listener name ({@link ServerChoice}).
     *
     * @param keys private keys (PKCS#8 in PEM) by certificate name
     * @throws IllegalArgumentException naming the certificate that cannot be served, and why
     */
    public Map<String, ListenerContexts> build(GatewayPlan plan, Map<String, String> keys) {
        var credentials = new Credentials(plan, keys);
        Map<String, ListenerContexts> byListener = new LinkedHashMap<>();
        for (ListenerPlan listener : plan.listeners()) {
            if (!listener.certificates().isEmpty()) {
                Map<String, ServerChoice> asking = new HashMap<>();
                ClientRequest.of(listener, plan).forEach((bundle, request) -> asking.put(bundle, choice(listener, credentials, request)));
                byListener.put(listener.name(), new ListenerContexts(choice(listener, credentials, ClientRequest.NONE), asking));
            }
        }
        contexts.purge();
        return byListener;
    }

    private ServerChoice choice(ListenerPlan listener, Credentials credentials, ClientRequest request) {
        List<ServerChoice.Entry> entries = new ArrayList<>();
        for (String name : listener.certificates()) {
            entries.add(entry(credentials.get(name, "listener " + listener.name()), name, listener.tls().minimum(), request));
        }
        return new ServerChoice(entries);
    }

    private ServerChoice.Entry entry(Credential credential, String name, String minimumTls, ClientRequest request) {
        try {
            return ServerChoice.Entry.of(credential.leaf(), contexts.get(new Key(credential.id(), minimumTls, request), () -> context(credential, minimumTls, request)));
        } catch (SSLException | RuntimeException e) {
            throw new IllegalArgumentException("certificate " + name + ": " + e.getMessage(), e);
        }
    }

    private SslContext context(Credential credential, String minimumTls, ClientRequest request) throws SSLException {
        int from = PROTOCOLS.indexOf(minimumTls);
        if (from < 0) {
            throw new IllegalArgumentException("minimum TLS version '" + minimumTls + "' is not one of " + PROTOCOLS);
        }
        return request.applyTo(SslContextBuilder.forServer(credential.keyManagers()))
                .sslProvider(provider)
                .protocols(PROTOCOLS.subList(from, PROTOCOLS.size()))
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .sessionCacheSize(SESSION_CACHE)
                .sessionTimeout(SESSION_SECONDS)
                .build();
    }

    /** What makes a context. */
    private record Key(String credential, String minimumTls, ClientRequest request) {
    }
}
