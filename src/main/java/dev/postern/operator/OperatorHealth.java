package dev.postern.operator;

import io.javaoperatorsdk.operator.Operator;
import java.util.Optional;
import java.util.TreeSet;

/** Whether an operator is fit to work; one that waits for the lease is. */
public final class OperatorHealth {
    private OperatorHealth() {
    }

    /** Why it is not ready, or empty where it has started and every informer is synced. */
    public static Optional<String> notReady(Operator operator) {
        var info = operator.getRuntimeInfo();
        if (!info.isStarted()) {
            return Optional.of("not started");
        }
        var unhealthy = new TreeSet<String>();
        info.unhealthyEventSources().forEach((controller, sources) -> sources.keySet().forEach(source -> unhealthy.add(controller + "/" + source)));
        return unhealthy.isEmpty() ? Optional.empty() : Optional.of("not synced: " + String.join(", ", unhealthy));
    }
}
