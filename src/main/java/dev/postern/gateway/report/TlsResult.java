package dev.postern.gateway.report;

import dev.postern.plan.ResourceRef;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;

/**
 * What one outbound connection came to, as to TLS.
 *
 * @param resource the DestinationControl
 * @param domain   recipient domain in lower-case A-labels
 * @param host     name of the route's or MX host, or its address
 * @param address  of the host, or null where no connection was made
 * @param local    this end's address, or null
 * @param routed   whether the host is of a route, so that nothing the domain publishes holds
 * @param reason   CamelCase and from a small set; null where nothing failed. Beside ENCRYPTED and VERIFIED, what was not acted on: a
 *                 certificate that is only preferred to be good, or what an MTA-STS policy for testing would have refused
 * @param detail   what happened, for a person; null where nothing failed
 * @param policy   what the domain publishes
 */
public record TlsResult(Instant at, ResourceRef resource, String domain, Outcome outcome, String host, InetAddress address, InetAddress local,
        boolean routed, String reason, String detail, Policy policy) {

    /** How mail could travel on the connection. */
    public enum Outcome { VERIFIED, ENCRYPTED, CLEAR, FAILED }

    /**
     * The policy that was found (RFC 8460 section 4.4).
     *
     * @param type       which kind it is
     * @param lines      TLSA records or the lines of the policy
     * @param mx         patterns of the MTA-STS policy; else empty
     * @param resultType null, or what went wrong with the policy itself, by RFC 8460 section 4.3
     */
    public record Policy(Type type, List<String> lines, List<String> mx, String resultType) {
        /** Nothing is published, or nothing was asked for. */
        public static final Policy NONE = new Policy(Type.NONE, List.of(), List.of(), null);
        /** Nobody looked. */
        public static final Policy UNHEEDED = new Policy(Type.UNHEEDED, List.of(), List.of(), null);

        public Policy {
            lines = List.copyOf(lines);
            mx = List.copyOf(mx);
        }
    }

    /** Kinds of policies. */
    public enum Type {
        TLSA,
        STS,
        /** None was found. */
        NONE,
        /** The message asked to leave them out, so nobody looked (RFC 8689): nothing to report of the domain. */
        UNHEEDED
    }
}
