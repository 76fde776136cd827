package dev.postern.gateway.tls;

import dev.postern.gateway.tls.Credentials.Credential;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.TicketKeys;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
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
 * TLS contexts of the listeners. An instance stays over all plans: a context is made once for a chain, a key and what the listener
 * says of TLS, and stays as long as plans use it. Used by one thread at a time; what it returns is safe for use by many.
 *
 * <p>Native TLS (BoringSSL) where it loads, the JDK's elsewhere. The server's order of suites counts, with one exception: of TLS 1.3,
 * native TLS takes the suite that is fastest on both sides. No compression, no renegotiation, no early data. Sessions resume
 * within one context: never with another certificate or at another listener than they began with, nor
 * where a client certificate is asked for and was not before. Of TLS 1.2 they do so for five
 * minutes, by ticket from any pod that has the plan's ticket keys, and by ID from this process's memory; of TLS 1.3 by ticket alone,
 * as long as its key is there.
 */
public final class ServerContexts {
    private static final long SESSION_SECONDS = 300;
    private static final long SESSION_CACHE = 10_000;
    /** The first is a hybrid of X25519 and ML-KEM-768 (draft-ietf-tls-ecdhe-mlkem), against recordings that wait for quantum computers. */
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

    static {
        // Read by the JDK when its TLS is first used; native TLS never renegotiates.
        if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        }
    }

    private final SslProvider provider;
    private final ContextCache<Key> contexts = new ContextCache<>();
    private final SessionTickets tickets = new SessionTickets();

    /** Native TLS where it loads, else the JDK's. */
    public ServerContexts() {
        this(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    /** With the TLS of {@code provider}. */
    public ServerContexts(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * TLS of every listener of a plan that has certificates, by listener name ({@link ServerChoice}). Contexts that stay get the plan's session
     * ticket keys, though it be refused for another reason: they do not depend on anything else in it.
     *
     * @param keys private keys (PKCS#8 in PEM) by certificate name, and session ticket keys ({@link TicketKeys})
     * @throws IllegalArgumentException naming the certificate or the key that cannot be served, and why
     */
    public Map<String, ListenerContexts> build(GatewayPlan plan, Map<String, String> keys) {
        var credentials = new Credentials(plan, keys);
        List<String> digests = plan.settings().ticketKeys().stream().filter(d -> keys.containsKey(TicketKeys.name(d))).toList();
        Ring ring = new Ring(digests, TicketKeys.of(digests, keys));
        Map<String, ListenerContexts> byListener = new LinkedHashMap<>();
        for (ListenerPlan listener : plan.listeners()) {
            if (!listener.certificates().isEmpty()) {
                Map<String, ServerChoice> asking = new HashMap<>();
                ClientRequest.of(listener, plan).forEach((bundle, request) -> asking.put(bundle, choice(listener, credentials, request, ring)));
                byListener.put(listener.name(), new ListenerContexts(choice(listener, credentials, ClientRequest.NONE, ring), asking));
            }
        }
        contexts.purge();
        return byListener;
    }

    private ServerChoice choice(ListenerPlan listener, Credentials credentials, ClientRequest request, Ring ring) {
        var tls = ListenerTls.of(listener);
        List<ServerChoice.Entry> entries = new ArrayList<>();
        for (String name : listener.certificates()) {
            Credential credential = credentials.get(name, "listener " + listener.name());
            Key key = new Key(tls, credential.id(), request);
            SslContext context = context(key, credential, name);
            tickets.give(context, key.toString(), ring.digests, ring.keys);
            entries.add(ServerChoice.Entry.of(credential.leaf(), context));
        }
        return new ServerChoice(entries, tls.offer());
    }

    private SslContext context(Key key, Credential credential, String name) {
        try {
            return contexts.get(key, () -> make(key, credential));
        } catch (SSLException | RuntimeException e) {
            throw new IllegalArgumentException("certificate " + name + ": " + e.getMessage(), e);
        }
    }

    private SslContext make(Key key, Credential credential) throws SSLException {
        var tls = key.tls();
        var builder = key.request().applyTo(SslContextBuilder.forServer(credential.keyManagers()))
                .sslProvider(provider)
                .protocols(tls.versions())
                .ciphers(tls.suites(), SupportedCipherSuiteFilter.INSTANCE)
                .sessionCacheSize(SESSION_CACHE)
                .sessionTimeout(SESSION_SECONDS);
        if (provider != SslProvider.JDK) {
            builder.option(OpenSslContextOption.GROUPS, GROUPS.clone());
        }
        return builder.build();
    }

    /** What makes a context. */
    private record Key(ListenerTls tls, String credential, ClientRequest request) {
    }

    /** Session ticket keys, the one in use first, and their digests. */
    private record Ring(List<String> digests, List<byte[]> keys) {
    }
}
