package dev.postern.gateway.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server after its handshake, and what it is to be compared with.
 *
 * @param chain         as it was sent, the leaf first; may be empty
 * @param staple        OCSP response that came with it, or null
 * @param domain        recipient domain in lower-case A-labels
 * @param host          name of the route's or MX host, or its address
 * @param confirmedName the forward-confirmed name of its address, in lower case; asked only where it matters, and may wait for DNS
 * @param now           time at which chains must be valid
 */
public record Peer(List<X509Certificate> chain, byte[] staple, String domain, String host, Supplier<Optional<String>> confirmedName, Instant now) {
    public Peer {
        chain = List.copyOf(chain);
    }

    /** Without a staple, and with an address of no name. */
    public static Peer of(List<X509Certificate> chain, String domain, String host, Instant now) {
        return new Peer(chain, null, domain, host, Optional::empty, now);
    }
}
