package dev.postern.operator.gateway;

import dev.postern.operator.gateway.Gatherer.Gathered;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.PlanParts;
import java.time.Instant;
import java.util.List;

/**
 * A compiled plan and what it holds for, so that a gateway is not compiled anew because a pod became ready.
 *
 * @param versions of what it was compiled from
 * @param parts    null where there is no plan
 */
record Compilation(List<String> versions, CompiledPlan compiled, PlanParts parts) {

    static Compilation of(Gathered gathered, CompiledPlan compiled) {
        PlanParts parts = compiled.plan() == null ? null : PlanParts.split(compiled.plan(), 0);
        return new Compilation(gathered.versions(), compiled, parts);
    }

    /** @param revision of the plan in force */
    boolean holds(Gathered gathered, String revision, Instant now) {
        return now.isBefore(compiled.until()) && parts != null && parts.index().revision().equals(revision) && versions.equals(gathered.versions());
    }
}
