package dev.postern.plan;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import java.util.List;

/**
 * How mail to some domains travels.
 *
 * @param destinations lower-case A-label domains, or {@code .domain} for its subdomains
 * @param isDefault    whether it stands for every domain that no other names
 * @param certificate  shown to servers that ask for one, or null; the gateway's is already filled in
 * @param route        hosts in the place of MX, or empty
 * @param held         null, or why mail for these domains waits: a resource that is broken and never was good must not let its
 *                     mail fall to a lower level
 */
public record DestinationPlan(ResourceRef resource, List<String> destinations, boolean isDefault, Tls tls, String certificate, int concurrentConnections, int messagesPerConnection, List<Host> route, String held) {

    public DestinationPlan {
        destinations = List.copyOf(destinations);
        route = List.copyOf(route);
    }

    public String name() {
        return resource.name();
    }

    /** The same way to travel, for fewer domains. */
    DestinationPlan limitedTo(List<String> domains, boolean asDefault) {
        return new DestinationPlan(resource, domains, asDefault, tls, certificate, concurrentConnections, messagesPerConnection, route, held);
    }

    /** The same way to travel, with another certificate or, for null, with none. */
    DestinationPlan showing(String other) {
        return new DestinationPlan(resource, destinations, isDefault, tls, other, concurrentConnections, messagesPerConnection, route, held);
    }

    /** The same TLS by other hosts. */
    public DestinationPlan via(List<Host> other) {
        return new DestinationPlan(resource, destinations, isDefault, tls, certificate, concurrentConnections, messagesPerConnection, other, held);
    }

    /** {@link Tls#trustBundle}. */
    public String trustBundle() {
        return tls.trustBundle;
    }

    /**
     * What TLS to these domains must come to.
     *
     * @param trustBundle bundle ID, or null for the system's authorities; the gateway's is already filled in
     * @param pins        base64 of SHA-256 digests of public keys, one of which a verified chain must have; empty: any
     */
    public record Tls(TlsMode mode, Identity identity, String trustBundle, List<String> pins, Dane dane, MtaSts mtaSts) {
        public Tls {
            pins = List.copyOf(pins);
        }

        /** Without pins, and without regard to what the domains publish. */
        public static Tls of(TlsMode mode, Identity identity, String trustBundle) {
            return new Tls(mode, identity, trustBundle, List.of(), Dane.None, MtaSts.None);
        }
    }

    /** One host of a route. */
    public record Host(String host, int port, int priority) {
    }
}
