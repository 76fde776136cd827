package dev.postern.plan;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Everything that a gateway obeys, resolved: no reference is left that could fail to resolve in the gateway.
 *
 * @param gateway      the MailGateway that it was compiled from
 * @param settings     what holds for all listeners and destinations
 * @param listeners    by name
 * @param policies     by name; each is named by at least one listener
 * @param certificates by name; each is named by a listener, the settings or a destination; keys are elsewhere
 * @param trustBundles PEM certificates by bundle ID, which is {@code ConfigMap name/key}
 * @param destinations by name of the DestinationControl; at most one is the default, and no domain is in two. A control that is in force in
 *                     an earlier form may have a second entry of its name, which holds the domains that this form does not name
 */
public record GatewayPlan(ResourceRef gateway, Settings settings, List<ListenerPlan> listeners, List<PolicyPlan> policies,
        List<CertificatePlan> certificates, Map<String, String> trustBundles, List<DestinationPlan> destinations) {

    public GatewayPlan {
        listeners = List.copyOf(listeners);
        policies = List.copyOf(policies);
        certificates = List.copyOf(certificates);
        trustBundles = Collections.unmodifiableMap(new TreeMap<>(trustBundles));
        destinations = List.copyOf(destinations);
    }

    /**
     * What of it delivery to one domain needs: no listeners, no other destinations.
     *
     * @param domain       lower-case A-labels
     * @param certificates names of those that can be shown; others are not
     */
    public GatewayPlan towards(String domain, Set<String> certificates) {
        List<DestinationPlan> found = new DestinationTable(destinations).find(domain).stream()
                .map(d -> d.certificate() == null || certificates.contains(d.certificate()) ? d : d.showing(null)).toList();
        Settings own = settings.certificate() == null || certificates.contains(settings.certificate()) ? settings : settings.showing(null);
        return new GatewayPlan(gateway, own, List.of(), List.of(), this.certificates.stream().filter(c -> certificates.contains(c.name())).toList(), trustBundles, found);
    }
}
