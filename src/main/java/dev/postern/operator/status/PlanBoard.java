package dev.postern.operator.status;

import dev.postern.plan.Problem;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of every gateway, for the reconcilers of the other kinds. Kept in memory alone: it follows from the cluster. */
@Singleton
public final class PlanBoard {
    private final Map<ResourceID, GatewayState> states = new ConcurrentHashMap<>();

    /** @return what was known before */
    public Optional<GatewayState> publish(GatewayState state) {
        return Optional.ofNullable(states.put(new ResourceID(state.gateway().name(), state.gateway().namespace()), state));
    }

    /** @return what was known before */
    public Optional<GatewayState> forget(String namespace, String gateway) {
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
