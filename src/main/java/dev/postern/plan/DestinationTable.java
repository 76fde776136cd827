package dev.postern.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the DestinationPlan of a domain; the cost does not grow with the number of destinations. Immutable. */
public final class DestinationTable {
    private final Map<String, DestinationPlan> exact = new HashMap<>();
    private final Map<String, DestinationPlan> subdomains = new HashMap<>();
    private final DestinationPlan byDefault;

    public DestinationTable(List<DestinationPlan> destinations) {
        DestinationPlan last = null;
        for (DestinationPlan plan : destinations) {
            if (plan.isDefault()) {
                last = plan;
            }
            for (String domain : plan.destinations()) {
                if (domain.startsWith(".")) {
                    subdomains.put(domain.substring(1), plan);
                } else {
                    exact.put(domain, plan);
                }
            }
        }
        byDefault = last;
    }

    /**
     * The plan of a domain: the domain itself, else the longest {@code .suffix}, else the default.
     *
     * @param domain lower-case A-labels, no trailing dot
     * @return empty where no entry matches and there is no default
     */
    public Optional<DestinationPlan> find(String domain) {
        DestinationPlan found = exact.get(domain);
        for (int dot = domain.indexOf('.'); found == null && dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            found = subdomains.get(domain.substring(dot + 1));
        }
        return Optional.ofNullable(found == null ? byDefault : found);
    }
}
