package dev.postern.gateway.tls;

import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanParts;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.Mapping;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * TLS contexts of the listeners. An instance stays over all plans: a context is made once for a chain, key and minimum version,
 * and stays as long as plans use it, so that a new plan costs only what changed. Used by one thread at a time; what it returns
 * is safe for use by many.
 *
 * <p>Native TLS (BoringSSL) where it loads, the JDK's elsewhere. For TLS 1.2 the cipher suites have forward secrecy and
 * authenticated encryption only. No compression, no renegotiation. Sessions resume from this process's memory, for five minutes;
 * session tickets are off, as their key would outlive the forward secrecy of TLS 1.2. Two certificates of one name (ECDSA
 * beside RSA) do not yet share a listener: the first that has the name is served.
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
    private Map<Key, SslContext> contexts = Map.of();

    /** Native TLS where it loads, else the JDK's. */
    public ServerContexts() {
        this(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    /** With the TLS of {@code provider}. */
    public ServerContexts(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * Contexts of every listener of a plan that has certificates, by listener name. The mapping takes the host name that the
     * client asks for, or null, and never answers null.
     *
     * @param keys private keys (PKCS#8 in PEM) by certificate name
     * @throws IllegalArgumentException naming the certificate that cannot be served, and why; this instance is then as before
     */
    public Map<String, Mapping<? super String, SslContext>> build(GatewayPlan plan, Map<String, String> keys) {
        Map<String, CertificatePlan> certificates = new HashMap<>();
        plan.certificates().forEach(c -> certificates.put(c.name(), c));
        Map<Key, SslContext> next = new HashMap<>();
        Map<String, Mapping<? super String, SslContext>> byListener = new LinkedHashMap<>();
        for (ListenerPlan listener : plan.listeners()) {
            List<ServerNames.Entry> entries = new ArrayList<>();
            for (String name : listener.certificates()) {
                entries.add(entry(certificates.get(name), name, keys.get(name), listener, next));
            }
            if (!entries.isEmpty()) {
                byListener.put(listener.name(), new ServerNames(entries));
            }
        }
        contexts = next;
        return byListener;
    }

    private ServerNames.Entry entry(CertificatePlan certificate, String name, String key, ListenerPlan listener, Map<Key, SslContext> next) {
        if (certificate == null || key == null) {
            throw new IllegalArgumentException("listener " + listener.name() + " names certificate " + name + ", which the plan has no "
                    + (certificate == null ? "chain of" : "private key of"));
        }
        try {
            List<X509Certificate> chain = Chains.parse(certificate.chainPem());
            Key id = new Key(PlanParts.sha256(certificate.chainPem()), PlanParts.sha256(key), listener.minimumTls());
            SslContext context = next.get(id);
            if (context == null) {
                context = contexts.get(id);
            }
            if (context == null) {
                context = context(chain, privateKey(key, chain.getFirst()), listener.minimumTls());
            }
            next.put(id, context);
            return new ServerNames.Entry(chain.getFirst(), context);
        } catch (SSLException | RuntimeException e) {
            throw new IllegalArgumentException("certificate " + name + ": " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(String pem, X509Certificate leaf) {
        KeyPair pair = KeyPairs.parse(pem);
        if (!KeyPairs.same(pair.getPublic(), leaf.getPublicKey())) {
            throw new IllegalArgumentException("the private key does not fit the certificate");
        }
        return pair.getPrivate();
    }

    private SslContext context(List<X509Certificate> chain, PrivateKey key, String minimumTls) throws SSLException {
        int from = PROTOCOLS.indexOf(minimumTls);
        if (from < 0) {
            throw new IllegalArgumentException("minimum TLS version '" + minimumTls + "' is not one of " + PROTOCOLS);
        }
        return SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new))
                .sslProvider(provider)
                .protocols(PROTOCOLS.subList(from, PROTOCOLS.size()))
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .sessionCacheSize(SESSION_CACHE)
                .sessionTimeout(SESSION_SECONDS)
                .build();
    }

    /** What makes a context: digests, so that no key stays in a second place. */
    private record Key(String chain, String key, String minimumTls) {
    }
}
