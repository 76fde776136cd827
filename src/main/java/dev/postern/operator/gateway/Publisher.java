package dev.postern.operator.gateway;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.operator.kube.Triggers;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.PlanBoard;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Puts on the board what is known of a gateway, and wakes the reconcilers of exactly those resources whose status it changes. */
@Singleton
public final class Publisher {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of("Listener", Listener.class, "MailFlowPolicy", MailFlowPolicy.class,
            "DestinationControl", DestinationControl.class, "Certificate", Certificate.class);

    private final PlanBoard board;
    private final Triggers triggers;
    private final Map<ResourceID, Deliveries> deliveries = new ConcurrentHashMap<>();

    public Publisher(PlanBoard board, Triggers triggers) {
        this.board = board;
        this.triggers = triggers;
    }

    void publish(GatewayState now) {
        Optional<GatewayState> before = board.publish(now);
        now.verdicts().values().forEach(verdict -> {
            if (before.isEmpty() || differs(before.get(), now, verdict)) {
                wake(verdict.resource());
            }
        });
    }

    /** Puts on the board what pods say of delivery, and wakes those of whom they say something new. */
    void publish(MailGateway gateway, List<Pod> pods, ConfigMap map) {
        String namespace = gateway.getMetadata().getNamespace();
        String name = gateway.getMetadata().getName();
        ResourceID id = ResourceID.fromResource(gateway);
        Deliveries before = deliveries.get(id);
        Deliveries now = Deliveries.read(before, pods, map);
        if (now != before) {
            deliveries.put(id, now);
            board.publishDeliveries(namespace, name, now.controls()).forEach(control -> triggers.trigger(DestinationControl.class, namespace, control));
        }
    }

    void forget(String namespace, String gateway) {
        deliveries.remove(new ResourceID(gateway, namespace));
        board.forget(namespace, gateway).ifPresent(state -> state.verdicts().values().forEach(verdict -> wake(verdict.resource())));
    }

    static boolean differs(GatewayState before, GatewayState now, Verdict verdict) {
        String id = verdict.resource().id();
        Verdict earlier = before.verdicts().get(id);
        if (earlier == null || !earlier.resource().equals(verdict.resource()) || !earlier.problems().equals(verdict.problems())
                || !Programming.of(earlier, before).equals(Programming.of(verdict, now))) {
            return true;
        }
        // A Listener's status shows what each pod serves there, and whether it has a Service.
        return verdict.resource().kind().equals("Listener")
                && (!before.pods().equals(now.pods()) || !Objects.equals(before.trouble().get(id), now.trouble().get(id)));
    }

    private void wake(ResourceRef resource) {
        Class<? extends HasMetadata> kind = KINDS.get(resource.kind());
        if (kind != null) {
            triggers.trigger(kind, resource.namespace(), resource.name());
        }
    }
}
