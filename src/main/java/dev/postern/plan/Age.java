package dev.postern.plan;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Comparator;

/** Who comes first where two resources want the same thing: the older, then the one whose name sorts first. */
final class Age {
    /** Timestamps are RFC 3339 in UTC, which sort as text; what never saw an API server has none and is the youngest. */
    static final Comparator<HasMetadata> OLDEST_FIRST = Comparator
            .comparing((HasMetadata r) -> r.getMetadata().getCreationTimestamp(), Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(r -> r.getMetadata().getName());

    private Age() {
    }
}
