package dev.postern.gateway.report;

import dev.postern.plan.ResourceRef;

/** Takes every failure of required TLS. Never blocks; safe for use by many threads. */
@FunctionalInterface
public interface TlsFailures {
    void report(Failure failure);

    /** Gives each failure to both. */
    default TlsFailures and(TlsFailures other) {
        return failure -> {
            report(failure);
            other.report(failure);
        };
    }

    /**
     * One failure.
     *
     * @param resource the DestinationControl or Listener whose level was not reached
     * @param domain   outbound the recipient domain; inbound the sender group
     * @param host     the peer: {@code mx.example.com (192.0.2.1)} or an address
     * @param stage    where it failed
     * @param reason   CamelCase and from a small set, so that failures can be counted by it: {@code NotOffered}
     * @param detail   what happened, for a person
     */
    record Failure(ResourceRef resource, Direction direction, String domain, String host, Stage stage, String reason, String detail) {
    }

    /** Which way the mail went. */
    enum Direction { Inbound, Outbound }

    /** Where TLS failed. */
    enum Stage { Policy, Ehlo, Starttls, Handshake, Verification }
}
