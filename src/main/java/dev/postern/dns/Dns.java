package dev.postern.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Looks names up. No method blocks; stages complete on a thread of the resolver. */
public interface Dns extends AutoCloseable {

    /**
     * The MX hosts of a domain (RFC 5321 section 5.1): lowest preference first, shuffled within one; the domain itself as the
     * implicit MX where it has addresses and no MX record.
     *
     * @return fails with {@link DnsException}
     */
    CompletionStage<List<Mx>> mx(String domain);

    /**
     * As {@link #mx}, with DNSSEC: what is bogus fails as TEMPORARY.
     *
     * @return fails with {@link DnsException}
     */
    CompletionStage<SecureMx> secureMx(String domain);

    /** TLSA records of a host's port, where DNSSEC proves the host's address and them. Never fails: see its status. */
    CompletionStage<TlsaAnswer> tlsa(String host, int port);

    /** The TXT records of a name, each with its strings joined (RFC 7208 section 3.3); empty where there are none. Fails with {@link DnsException}. */
    CompletionStage<List<String>> txt(String name);

    /** Addresses of a host, IPv6 and IPv4 as they come; fails with {@link DnsException}. An IP literal is its own address. */
    CompletionStage<List<InetAddress>> addresses(String host);

    /** The IPv4 addresses of a name, from DNS alone, as DNS lists answer (RFC 5782); empty where there are none. Fails with {@link DnsException}. */
    CompletionStage<List<InetAddress>> ipv4(String name);

    /** The host name of an address whose own addresses contain it, in lower case; empty where there is none or in doubt. Never fails. */
    CompletionStage<Optional<String>> confirmedName(InetAddress address);

    @Override
    void close();

    /** One MX host. */
    record Mx(int preference, String host) {
    }

    /**
     * MX hosts, and whether DNSSEC proves them.
     *
     * @param secure false where the zone is not signed
     */
    record SecureMx(List<Mx> hosts, boolean secure) {
        public SecureMx {
            hosts = List.copyOf(hosts);
        }
    }

    /** Why there is no answer, and whether to try again. */
    class DnsException extends Exception {
        private final Kind kind;

        public DnsException(Kind kind, String message) {
            super(message);
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }

        /** What the answer was. */
        public enum Kind {
            /** NXDOMAIN, or a name without addresses: 5.1.2. */
            NOT_FOUND,
            /** Null MX (RFC 7505): 5.1.10 (5.7.27 for a sender). */
            NULL_MX,
            /** SERVFAIL, timeout, bogus: try again, 4.4.3. */
            TEMPORARY
        }
    }
}
