package dev.postern.operator.status;

import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import java.util.List;

/**
 * What became of one resource in the plan.
 *
 * @param resource at the generation that was compiled
 * @param problems of this resource, all severities
 * @param form     how the plan holds it
 * @param entry    what the plan has of it, compared by equality; null where it has nothing
 * @param since    serial of the plan in which {@code entry} first appeared
 * @param detail   what an administrator should know of {@code form}, or null
 */
public record Verdict(ResourceRef resource, List<Problem> problems, Form form, Object entry, long since, String detail) {
    public Verdict {
        problems = List.copyOf(problems);
    }

    /** How the plan holds a resource. */
    public enum Form {
        /** As it stands. */
        CURRENT,
        /** In its last good form, because the present one has an error. */
        STALE,
        /** It has an error and never was good; mail that it rules waits. */
        HELD,
        /** Not at all, for nothing uses it. */
        UNUSED,
        /** Not at all, because of its errors. */
        REJECTED,
        /** There is no plan. */
        NO_PLAN
    }

    public List<Problem> problems(Problem.Severity severity) {
        return problems.stream().filter(p -> p.severity() == severity).toList();
    }
}
