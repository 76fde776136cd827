package dev.postern.operator.gateway;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.operator.kube.Triggers;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.PlanBoard;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Puts on the board what is known of a gateway, and wakes the reconcilers of exactly those resources whose status it changes. */
@Singleton
public final class Publisher {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of("Listener", Listener.class, "MailFlowPolicy", MailFlowPolicy.class,
            "DestinationControl", DestinationControl.class, "Certificate", Certificate.class);

    private final PlanBoard board;
    private final Triggers triggers;

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

    void forget(String namespace, String gateway) {
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
