package dev.postern.operator.status;

import dev.postern.plan.ServingReport;

/**
 * One gateway pod.
 *
 * @param ready  whether its Ready condition is True and it is not being deleted
 * @param report what this very pod, by its UID, says that it serves; null where it said nothing
 */
public record PodView(String name, boolean ready, ServingReport report) {
    /** Serial of the plan in force in the pod; -1 where it said nothing. */
    public long serial() {
        return report == null ? -1 : report.serial();
    }

    public String refused() {
        return report == null ? null : report.refused();
    }
}
