package dev.postern.plan;

import dev.postern.api.DestinationControl;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Comparator;
import java.util.function.Predicate;

/** Who comes first where two resources want the same thing. */
final class Age {
    private Age() {
    }

    /**
     * The older first; of one age, which all have that never saw an API server, the one that is in force as it stands; then the
     * DestinationControl that asks for more, so that no start takes mail below what it was taken for; then the one whose name sorts first. So what is new or changed never takes from what is in force, but by its age.
     */
    static Comparator<HasMetadata> oldestFirst(Predicate<HasMetadata> inForce) {
        // Timestamps are RFC 3339 in UTC, which sort as text.
        return Comparator.comparing((HasMetadata r) -> r.getMetadata().getCreationTimestamp(), Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(r -> !inForce.test(r))
                .thenComparing(r -> r instanceof DestinationControl control ? -DestinationCompiler.level(control) : 0)
                .thenComparing(r -> r.getMetadata().getName());
    }
}
