package dev.postern.gateway.tls;

import dev.postern.pki.Names;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Chooses a listener's certificate for a client, by the name that it asks for and by the keys that it can use. Immutable.
 *
 * <p>By name there are four ranks: certificates with that very DNS name; those with a wildcard for its first label; the default, which
 * is the listener's first and those beside it that have all of its names, for clients that ask for no name or an unknown one; and
 * at last all, as a client that cannot verify the name still encrypts. The first rank counts that has a certificate whose key
 * the client can use, and in it ECDSA comes before Ed25519 and that before RSA, then the order of the listener. Where the client
 * can use none, the first certificate of the first rank is served, and the handshake tells the client why it fails.
 */
final class ServerChoice implements Function<ClientHello, SslContext> {
    private final Map<String, List<Entry>> byName = new HashMap<>();
    private final List<Entry> byDefault;
    private final List<Entry> all;
    private final ListenerTls.Offer offer;

    /**
     * A certificate and the context that serves it.
     *
     * @param names as {@link Names#hostNames} has them
     */
    record Entry(Set<String> names, KeyType key, SslContext context) {
        static Entry of(X509Certificate leaf, SslContext context) {
            return new Entry(Names.hostNames(leaf), KeyType.of(leaf.getPublicKey()), context);
        }
    }

    /**
     * @param entries in the order of the listener, the default first; not empty
     * @param offer   versions and suites of the listener
     */
    ServerChoice(List<Entry> entries, ListenerTls.Offer offer) {
        this.offer = offer;
        all = List.copyOf(entries);
        Entry first = entries.getFirst();
        byDefault = entries.stream().filter(e -> e == first || !first.names.isEmpty() && e.names.containsAll(first.names)).toList();
        for (Entry entry : entries) {
            entry.names.forEach(name -> byName.computeIfAbsent(name, n -> new ArrayList<>()).add(entry));
        }
    }

    @Override
    public SslContext apply(ClientHello hello) {
        Entry fallback = null;
        for (List<Entry> rank : ranks(hello.serverName())) {
            if (fallback == null && !rank.isEmpty()) {
                fallback = rank.getFirst();
            }
            var usable = rank.stream().filter(e -> e.key.usableBy(hello, offer)).min(Comparator.comparing(Entry::key));
            if (usable.isPresent()) {
                return usable.get().context;
            }
        }
        return fallback.context;
    }

    private List<List<Entry>> ranks(String name) {
        if (name == null) {
            return List.of(byDefault, all);
        }
        int dot = name.indexOf('.');
        return List.of(byName.getOrDefault(name, List.of()), dot < 1 ? List.of() : byName.getOrDefault("*" + name.substring(dot), List.of()), byDefault, all);
    }
}
