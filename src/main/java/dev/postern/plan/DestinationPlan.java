package dev.postern.plan;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import java.util.List;

/**
 * How mail to some domains travels.
 *
 * @param destinations lower-case A-label domains, or {@code .domain} for its subdomains
 * @param isDefault    whether it stands for every domain that no other names
 * @param trustBundle  bundle ID, or null for the system's authorities; the gateway's is already filled in
 * @param certificate  shown to servers that ask for one, or null; the gateway's is already filled in
 * @param route        hosts in the place of MX, or empty
 * @param held         null, or why mail for these domains waits: a resource that is broken and never was good must not let its
 *                     mail fall to a lower level
 */
public record DestinationPlan(ResourceRef resource, List<String> destinations, boolean isDefault, TlsMode tls, Identity identity,
        String trustBundle, String certificate, int concurrentConnections, int messagesPerConnection, List<Host> route, String held) {

    public DestinationPlan {
        destinations = List.copyOf(destinations);
        route = List.copyOf(route);
    }

    public String name() {
        return resource.name();
    }

    /** The same way to travel, for fewer domains. */
    DestinationPlan limitedTo(List<String> domains, boolean asDefault) {
        return new DestinationPlan(resource, domains, asDefault, tls, identity, trustBundle, certificate, concurrentConnections, messagesPerConnection, route,
                held);
    }

    /** The same way to travel, with another certificate or, for null, with none. */
    DestinationPlan showing(String other) {
        return new DestinationPlan(resource, destinations, isDefault, tls, identity, trustBundle, other, concurrentConnections, messagesPerConnection, route,
                held);
    }

    /** One host of a route. */
    public record Host(String host, int port, int priority) {
    }
}
