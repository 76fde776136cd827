package dev.postern.dns;

import java.util.List;

/**
 * Whom to ask, and who validates DNSSEC.
 *
 * @param servers      {@code ADDRESS}, {@code IPV4:PORT} or {@code [IPV6]:PORT}; empty: the system's
 * @param trustAd      whether the servers' AD bit is believed; else answers are validated here
 * @param trustAnchors DS records in text to validate from; empty: the root's that Postern comes with
 */
public record DnsOptions(List<String> servers, boolean trustAd, List<String> trustAnchors) {
    /** The system's servers, validated here. */
    public static final DnsOptions SYSTEM = new DnsOptions(List.of(), false, List.of());

    /** These servers, validated here. */
    public static DnsOptions of(List<String> servers) {
        return new DnsOptions(servers, false, List.of());
    }

    public DnsOptions {
        servers = List.copyOf(servers);
        trustAnchors = List.copyOf(trustAnchors);
    }
}
