package dev.postern.operator.listener;

import dev.postern.api.ListenerStatus;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.PodView;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Reasons;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.Problem;
import dev.postern.plan.ServingReport;
import java.util.ArrayList;
import java.util.List;

/** Status of a Listener: in force only where every ready pod also listens. Pure. */
final class ListenerStatusFactory {
    private ListenerStatusFactory() {
    }

    static void fill(ListenerStatus status, ConditionSet set, String listener, Verdict verdict, GatewayState state) {
        Programming programming = Programming.of(verdict, state);
        for (PodView pod : state.pods()) {
            ServingReport.Served served = pod.report() == null ? null : pod.report().listeners().get(listener);
            if (served == null) {
                continue;
            }
            var entry = new ListenerStatus.Served();
            entry.pod = pod.name();
            entry.certificates = served.certificates() == null ? new ArrayList<>() : new ArrayList<>(served.certificates());
            entry.error = served.error();
            status.served.add(entry);
            if (served.error() != null && pod.ready() && verdict.form() == Verdict.Form.CURRENT) {
                programming = Programming.blocked(Reasons.PORT_UNAVAILABLE, "pod " + pod.name() + " does not listen: " + served.error());
            }
        }
        Problem trouble = state.trouble().get(verdict.resource().id());
        if (trouble != null) {
            programming = Programming.blocked(trouble.reason(), trouble.message());
        }
        Summary.of(set, verdict.problems(), programming, List.of());
    }
}
