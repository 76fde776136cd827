package dev.postern.operator.gateway;

import dev.postern.api.ConditionTypes;
import dev.postern.api.MailGatewayStatus;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.PodView;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Reasons;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.Problem;
import dev.postern.plan.Problem.Severity;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

/** Status of a MailGateway: its plan, its pods, and who was left out. Pure. */
final class MailGatewayStatusFactory {
    private static final int MAX_REJECTED = 20;

    private MailGatewayStatusFactory() {
    }

    static MailGatewayStatus of(GatewayState state, List<Condition> before, InstantSource clock) {
        var status = new MailGatewayStatus();
        status.observedGeneration = state.gateway().generation();
        status.revision = state.revision();
        status.replicas = state.pods().size();
        status.selector = Labels.selector(state.gateway().name()).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(","));
        long serving = 0;
        for (PodView pod : state.pods()) {
            var entry = new MailGatewayStatus.PodServing();
            entry.name = pod.name();
            entry.ready = pod.ready();
            entry.revision = pod.report() == null ? null : pod.report().revision();
            entry.refused = pod.refused();
            status.pods.add(entry);
            serving += pod.ready() && state.revision() != null && pod.serial() >= state.serial() ? 1 : 0;
        }
        status.serving = serving + "/" + state.wanted();
        status.rejected = state.verdicts().values().stream()
                .filter(v -> !v.resource().kind().equals(state.gateway().kind()) && v.problems().stream().anyMatch(p -> p.severity() != Severity.WARNING))
                .map(v -> v.resource().id()).sorted().limit(MAX_REJECTED).toList();
        status.conditions = conditions(state, new ConditionSet(before, state.gateway().generation(), clock));
        return status;
    }

    private static List<Condition> conditions(GatewayState state, ConditionSet set) {
        Verdict verdict = state.verdicts().get(state.gateway().id());
        Problem trouble = state.trouble().get(state.gateway().id());
        Programming programming = Programming.of(verdict, state);
        Summary.of(set, verdict.problems(), programming, trouble == null ? List.of() : List.of(trouble));
        int ready = state.readyPods().size();
        if (set.get(ConditionTypes.READY).getStatus().equals(ConditionSet.TRUE) && ready < state.wanted()) {
            String message = ready + " of " + state.wanted() + " pods are ready";
            set.put(ConditionTypes.READY, false, Reasons.PODS_NOT_READY, message);
            set.put(ConditionTypes.RECONCILING, true, Reasons.PODS_NOT_READY, message);
        }
        return set.build();
    }
}
