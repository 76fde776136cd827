package dev.postern.gateway.config;

import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import java.util.Map;

/**
 * The plan in the form that sessions use: tables built, keys loaded. Immutable; a session keeps the one it began with.
 *
 * @param listeners by name
 * @param trust     anchors by bundle ID; the system's are under the key ""
 */
public record ActivePlan(PlanParts.Index index, GatewayPlan plan, Map<String, ActiveListener> listeners, DestinationTable destinations,
        Map<String, TrustAnchors> trust) {

    public ActivePlan {
        listeners = Map.copyOf(listeners);
        trust = Map.copyOf(trust);
    }

    /** Anchors of a bundle; the system's for null. */
    public TrustAnchors trust(String bundle) {
        return trust.get(bundle == null ? "" : bundle);
    }
}
