package dev.postern.operator.status;

import dev.postern.plan.DeliveryReport;
import dev.postern.plan.Problem;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of every gateway, for the reconcilers of the other kinds. Kept in memory alone: it follows from the cluster. */
@Singleton
public final class PlanBoard {
    private final Map<ResourceID, GatewayState> states = new ConcurrentHashMap<>();
    private final Map<ResourceID, Map<String, List<DeliveryReport.Control>>> deliveries = new ConcurrentHashMap<>();

    /** @return what was known before */
    public Optional<GatewayState> publish(GatewayState state) {
        return Optional.ofNullable(states.put(new ResourceID(state.gateway().name(), state.gateway().namespace()), state));
    }

    /**
     * Takes what the pods of a gateway say of delivery.
     *
     * @param reports by DestinationControl, one entry a pod
     * @return names of the DestinationControls of which they say something else than before
     */
    public Set<String> publishDeliveries(String namespace, String gateway, Map<String, List<DeliveryReport.Control>> reports) {
        Map<String, List<DeliveryReport.Control>> before = deliveries.put(new ResourceID(gateway, namespace), reports);
        Set<String> names = new TreeSet<>(reports.keySet());
        if (before != null) {
            names.addAll(before.keySet());
            names.removeIf(name -> Objects.equals(before.get(name), reports.get(name)));
        }
        return names;
    }

    /** What the pods say of delivery under one DestinationControl, one entry a pod. */
    public List<DeliveryReport.Control> deliveries(String namespace, String gateway, String control, String uid) {
        return deliveries.getOrDefault(new ResourceID(gateway, namespace), Map.of()).getOrDefault(control, List.of()).stream().filter(c -> uid.equals(c.uid())).toList();
    }

    /** @return what was known before */
    public Optional<GatewayState> forget(String namespace, String gateway) {
        deliveries.remove(new ResourceID(gateway, namespace));
        return Optional.ofNullable(states.remove(new ResourceID(gateway, namespace)));
    }

    public Optional<GatewayState> find(String namespace, String gateway) {
        return Optional.ofNullable(states.get(new ResourceID(gateway, namespace)));
    }

    /** How many problems of one severity resources of one kind have, in all gateways. */
    public long problems(String kind, Problem.Severity severity) {
        return states.values().stream()
                .flatMap(state -> state.verdicts().values().stream())
                .filter(verdict -> verdict.resource().kind().equals(kind))
                .flatMap(verdict -> verdict.problems().stream())
                .filter(problem -> problem.severity() == severity)
                .count();
    }
}
