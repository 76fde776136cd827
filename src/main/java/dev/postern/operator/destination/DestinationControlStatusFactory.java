package dev.postern.operator.destination;

import dev.postern.api.DestinationControlStatus.Destination;
import dev.postern.api.DestinationControlStatus.Failure;
import dev.postern.api.DestinationControlStatus.Outcomes;
import dev.postern.plan.DeliveryReport.Control;
import dev.postern.plan.DeliveryReport.Recent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From what the pods say of one DestinationControl to its status. Pure. */
final class DestinationControlStatusFactory {
    private static final int DOMAINS = 20;

    private DestinationControlStatusFactory() {
    }

    /** Counts of all pods together; null where none says anything. */
    static Outcomes outcomes(List<Control> pods) {
        if (pods.isEmpty()) {
            return null;
        }
        var sum = new Outcomes();
        for (Control pod : pods) {
            sum.verified += pod.verified();
            sum.encrypted += pod.encrypted();
            sum.clear += pod.clear();
            sum.failed += pod.failed();
        }
        return sum;
    }

    /** The domains of all pods: of each the last outcome and the last failure anywhere; those that fail first, then those that failed, then the latest. */
    static List<Destination> recent(List<Control> pods) {
        Map<String, Recent> byDomain = new LinkedHashMap<>();
        pods.forEach(pod -> pod.recent().forEach(r -> byDomain.merge(r.domain(), r, DestinationControlStatusFactory::merged)));
        return byDomain.values().stream().sorted(Recent.ORDER).limit(DOMAINS).map(DestinationControlStatusFactory::destination).toList();
    }

    /** Times are in UTC and in whole seconds, and so in the order of their text. */
    private static Recent merged(Recent a, Recent b) {
        Recent last = a.time().compareTo(b.time()) >= 0 ? a : b;
        Recent failed = b.failure() == null || a.failure() != null && a.failure().time().compareTo(b.failure().time()) >= 0 ? a : b;
        return new Recent(last.domain(), last.outcome(), last.time(), failed.failure());
    }

    private static Destination destination(Recent recent) {
        var destination = new Destination();
        destination.domain = recent.domain();
        destination.lastOutcome = recent.outcome();
        destination.lastTime = recent.time();
        if (recent.failure() != null) {
            destination.lastFailure = new Failure();
            destination.lastFailure.time = recent.failure().time();
            destination.lastFailure.host = recent.failure().host();
            destination.lastFailure.reason = recent.failure().reason();
            destination.lastFailure.message = recent.failure().message();
        }
        return destination;
    }
}
