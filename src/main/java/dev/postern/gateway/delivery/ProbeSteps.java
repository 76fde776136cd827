package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.gateway.delivery.ProbeReport.Status;
import dev.postern.gateway.delivery.ProbeReport.Step;
import dev.postern.gateway.mtasts.StsAnswer;
import dev.postern.gateway.tls.Published;
import dev.postern.plan.DestinationPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says in words what delivery finds before it connects. Pure. */
final class ProbeSteps {

    private ProbeSteps() {
    }

    /** Where the domain's mail goes, and by whose word. */
    static List<Step> way(String domain, DestinationPlan plan, HostWalk walk) {
        List<Step> steps = new ArrayList<>();
        Discovery.Domain found = walk.domain();
        if (!plan.route().isEmpty()) {
            steps.add(new Step("route", Status.OK, plan.route().stream().map(h -> h.host() + ":" + h.port() + " (" + h.priority() + ")").collect(Collectors.joining(", "))));
        } else if (found == null) {
            steps.add(new Step("address", Status.OK, domain + " is an address itself"));
        } else {
            String secured = plan.tls().dane() == Dane.None ? "" : found.secure() ? "; DNSSEC proves them" : "; not signed, so DANE does not apply";
            steps.add(new Step("mx", Status.OK, found.hosts().stream().map(m -> m.host() + " (" + m.preference() + ")").collect(Collectors.joining(", ")) + secured));
            if (plan.tls().mtaSts() != MtaSts.None) {
                steps.add(sts(found.sts()));
            }
        }
        return steps;
    }

    private static Step sts(StsAnswer answer) {
        String failure = answer.failure() == null ? "" : answer.failure().resultType() + ": " + answer.detail();
        if (answer.policy() == null) {
            return answer.failure() == null ? new Step("mta-sts", Status.NOTE, "no policy is published") : new Step("mta-sts", Status.FAILED, failure + "; mail travels as if there were none");
        }
        String text = "mode " + answer.policy().mode().name().toLowerCase(Locale.ROOT) + ", hosts " + String.join(", ", answer.policy().mx()) + ", id " + answer.policy().id();
        return new Step("mta-sts", Status.OK, failure.isEmpty() ? text : text + "; the policy that is kept goes on to hold (" + failure + ")");
    }

    /** What is published of one host. */
    static List<Step> published(Target target, DestinationPlan.Tls tls) {
        List<Step> steps = new ArrayList<>();
        if (tls.dane() != Dane.None) {
            steps.add(switch (target.published().dane()) {
                case Published.Dane.Absent() -> new Step("tlsa", Status.NOTE, "no TLSA records that DNSSEC proves");
                case Published.Dane.Unusable(var records) -> new Step("tlsa", Status.NOTE, "no usable record among " + records);
                case Published.Dane.Usable(var records, var names) -> new Step("tlsa", Status.OK, records.stream().map(Object::toString).collect(Collectors.joining("; ")));
                case Published.Dane.Failed(var detail) -> new Step("tlsa", Status.FAILED, detail);
            });
        }
        if (target.published().sts() instanceof Published.Sts.Found sts) {
            steps.add(new Step("mta-sts", sts.listsHost() ? Status.OK : Status.FAILED, "the policy " + (sts.listsHost() ? "lists " : "does not list ") + target.host()));
        }
        return steps;
    }
}
