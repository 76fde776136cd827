package dev.postern.gateway.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.Mapping;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Chooses a context by the name that the client asks for (SNI, RFC 6066): a certificate with that very DNS name, else one with
 * a wildcard for its first label, else the first. Immutable.
 */
final class ServerNames implements Mapping<String, SslContext> {
    private static final int DNS_NAME = 2;

    private final Map<String, SslContext> byName = new HashMap<>();
    private final SslContext byDefault;

    /** @param entries the default first; of two with the same name the first is served */
    ServerNames(List<Entry> entries) throws IllegalArgumentException {
        byDefault = entries.getFirst().context();
        for (Entry entry : entries) {
            for (String name : dnsNames(entry.leaf())) {
                byName.putIfAbsent(name, entry.context());
            }
        }
    }

    @Override
    public SslContext map(String name) {
        if (name == null) {
            return byDefault;
        }
        String host = name.toLowerCase(Locale.ROOT);
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        SslContext exact = byName.get(host);
        if (exact != null) {
            return exact;
        }
        int dot = host.indexOf('.');
        return dot < 1 ? byDefault : byName.getOrDefault("*" + host.substring(dot), byDefault);
    }

    /** A leaf and the context that serves it. */
    record Entry(X509Certificate leaf, SslContext context) {
    }

    private static List<String> dnsNames(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null ? List.of() : names.stream().filter(n -> Integer.valueOf(DNS_NAME).equals(n.getFirst()))
                    .map(n -> n.get(1).toString().toLowerCase(Locale.ROOT)).toList();
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("its subject alternative names cannot be read", e);
        }
    }
}
