package dev.postern.operator.status;

import dev.postern.api.ConditionTypes;
import dev.postern.api.PosternStatus;
import dev.postern.plan.Problem;
import dev.postern.plan.Problem.Severity;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The conditions that every kind has, from its problems and whether it is in force. */
public final class Summary {
    private static final int NAMED_PROBLEMS = 5;

    private Summary() {
    }

    /** A resource that nobody has looked at yet. */
    public static void pending(ConditionSet set) {
        set.put(ConditionTypes.ACCEPTED, ConditionSet.UNKNOWN, Reasons.PENDING, "not looked at yet");
        set.put(ConditionTypes.READY, ConditionSet.UNKNOWN, Reasons.PENDING, "not looked at yet");
        set.put(ConditionTypes.RECONCILING, true, Reasons.PENDING, "not looked at yet");
    }

    /** A resource whose gateway does not exist. Someone may make one at any time: nothing is stalled. */
    public static void gatewayMissing(ConditionSet set, String gateway) {
        String message = "spec.gatewayRef.name: there is no MailGateway '" + gateway + "' in this namespace";
        set.put(ConditionTypes.ACCEPTED, false, Problem.Reason.GATEWAY_NOT_FOUND, message);
        set.put(ConditionTypes.PROGRAMMED, false, Problem.Reason.GATEWAY_NOT_FOUND, message);
        set.put(ConditionTypes.READY, false, Problem.Reason.GATEWAY_NOT_FOUND, message);
    }

    /**
     * All conditions of a resource that was compiled.
     *
     * @param others problems that the plan does not know of, such as a Service that could not be made
     */
    public static void of(ConditionSet set, List<Problem> problems, Programming programming, List<Problem> others) {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(others);
        List<Problem> invalid = of(all, Severity.INVALID);
        List<Problem> unresolved = of(all, Severity.UNRESOLVED);
        set.put(ConditionTypes.ACCEPTED, invalid.isEmpty(), reason(invalid, Reasons.ACCEPTED), text(invalid, "valid"));
        set.put(ConditionTypes.RESOLVED_REFS, unresolved.isEmpty(), reason(unresolved, Reasons.RESOLVED_REFS), text(unresolved, "everything that it names is there"));
        set.put(ConditionTypes.PROGRAMMED, programming.inForce(), programming.reason(), programming.message());
        ready(set, programming, of(all, Severity.WARNING));
        if (!invalid.isEmpty()) {
            set.put(ConditionTypes.STALLED, true, reason(invalid, Reasons.ACCEPTED), text(invalid, ""));
        } else if (programming.underWay()) {
            set.put(ConditionTypes.RECONCILING, true, programming.reason(), programming.message());
        }
    }

    private static void ready(ConditionSet set, Programming programming, List<Problem> warnings) {
        for (String type : List.of(ConditionTypes.ACCEPTED, ConditionTypes.RESOLVED_REFS)) {
            Condition condition = set.get(type);
            if (!condition.getStatus().equals(ConditionSet.TRUE)) {
                set.put(ConditionTypes.READY, false, condition.getReason(), condition.getMessage());
                return;
            }
        }
        boolean unused = programming.reason().equals(Reasons.UNUSED);
        String message = programming.message() + (warnings.isEmpty() ? "" : "; but " + text(warnings, ""));
        set.put(ConditionTypes.READY, programming.inForce() || unused, programming.inForce() ? Reasons.READY : programming.reason(), message);
    }

    /** Field and message of each problem, in one line. */
    public static String text(List<Problem> problems, String none) {
        if (problems.isEmpty()) {
            return none;
        }
        String text = problems.stream().limit(NAMED_PROBLEMS)
                .map(p -> p.field() == null || p.field().isEmpty() ? p.message() : p.field() + ": " + p.message())
                .collect(Collectors.joining("; "));
        return problems.size() <= NAMED_PROBLEMS ? text : text + "; and " + (problems.size() - NAMED_PROBLEMS) + " more";
    }

    /** Whether a status says nothing yet. */
    public static boolean isBlank(PosternStatus status) {
        return status == null || status.conditions == null || status.conditions.isEmpty();
    }

    private static List<Problem> of(List<Problem> problems, Severity severity) {
        return problems.stream().filter(p -> p.severity() == severity).toList();
    }

    private static String reason(List<Problem> problems, String none) {
        return problems.isEmpty() ? none : problems.getFirst().reason();
    }
}
