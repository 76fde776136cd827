package dev.postern.gateway.config;

import dev.postern.gateway.tls.ClientContext;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import java.security.PrivateKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The plan in the form that sessions use: tables built, keys loaded. Immutable; a session keeps the one it began with.
 *
 * @param listeners by name
 * @param trust     anchors by bundle ID; the system's are under the key ""
 * @param clients   TLS of delivery by client certificate; the one that shows none is under the key ""
 * @param signing   keys that sign mail
 */
public record ActivePlan(PlanParts.Index index, GatewayPlan plan, Map<String, ActiveListener> listeners, DestinationTable destinations,
        Map<String, TrustAnchors> trust, Map<String, ClientContext> clients, SigningKeys signing) {

    public ActivePlan {
        listeners = Map.copyOf(listeners);
        trust = Map.copyOf(trust);
        clients = Map.copyOf(clients);
    }

    /**
     * A plan for delivery alone, which opens no listener.
     *
     * @param keys private keys (PKCS#8 in PEM) by certificate name: of every certificate that the plan shows
     * @throws IllegalArgumentException naming the certificate or trust bundle that cannot be used, and why
     */
    public static ActivePlan forDelivery(GatewayPlan plan, Map<String, String> keys, TrustAnchors system) {
        Map<String, TrustAnchors> trust = new HashMap<>(Map.of("", system));
        plan.trustBundles().forEach((id, pem) -> trust.put(id, TrustAnchors.of(pem)));
        return new ActivePlan(new PlanParts.Index("", 0, Map.of()), plan, Map.of(), new DestinationTable(plan.destinations()), trust, new ClientContexts().build(plan, keys));
    }

    /** One that signs nothing. */
    public ActivePlan(PlanParts.Index index, GatewayPlan plan, Map<String, ActiveListener> listeners, DestinationTable destinations,
            Map<String, TrustAnchors> trust, Map<String, ClientContext> clients) {
        this(index, plan, listeners, destinations, trust, clients, SigningKeys.NONE);
    }

    /** Anchors of a bundle; the system's for null. */
    public TrustAnchors trust(String bundle) {
        return trust.get(bundle == null ? "" : bundle);
    }

    /** Names of the certificates that delivery shows. */
    public Set<String> clientCertificates() {
        return clients.keySet().stream().filter(name -> !name.isEmpty()).collect(Collectors.toSet());
    }

    /** TLS of delivery that shows a certificate; none for null. */
    public ClientContext client(String certificate) {
        return clients.get(certificate == null ? "" : certificate);
    }

    /** The private key that signs mail in the name of a certificate; null where the plan has none such. */
    public PrivateKey signingKey(String certificate) {
        return signing.get(certificate);
    }
}
