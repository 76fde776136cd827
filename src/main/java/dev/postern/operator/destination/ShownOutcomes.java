package dev.postern.operator.destination;

import dev.postern.plan.DeliveryReport.Control;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the status of each DestinationControl says of delivery: not everything that the pods say, but something new at most once in a while. */
final class ShownOutcomes {
    private final Duration pause;
    private final Map<ResourceID, Shown> shown = new ConcurrentHashMap<>();

    /** @param pause between two changes of one status */
    ShownOutcomes(Duration pause) {
        this.pause = pause;
    }

    private record Shown(Instant since, String uid, List<Control> pods, Instant again) {
    }

    /** What to show now of what the pods say. */
    List<Control> show(ResourceID id, String uid, List<Control> pods, Instant now) {
        Shown last = shown.get(id);
        if (last != null && last.uid.equals(uid)) {
            if (last.pods.equals(pods)) {
                shown.put(id, new Shown(last.since, uid, last.pods, null));
                return last.pods;
            }
            Instant due = last.since.plus(pause);
            if (now.isBefore(due)) {
                shown.put(id, new Shown(last.since, uid, last.pods, due));
                return last.pods;
            }
        } else if (pods.isEmpty()) {
            return pods;
        }
        shown.put(id, new Shown(now, uid, pods, null));
        return pods;
    }

    /** When there is more to show than is shown, if there is. */
    Optional<Duration> next(ResourceID id, Instant now) {
        Shown last = shown.get(id);
        if (last == null || last.again == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(now, last.again);
        return Optional.of(left.isNegative() ? Duration.ofMillis(1) : left.plusMillis(1));
    }

    void forget(ResourceID id) {
        shown.remove(id);
    }
}
