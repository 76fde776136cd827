package dev.postern.operator.status;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether something is in force: the Programmed condition before it is one.
 *
 * @param inForce  whether it is
 * @param underWay whether it will be without anybody's doing
 */
public record Programming(boolean inForce, boolean underWay, String reason, String message) {
    private static final int NAMED_PODS = 5;

    /** Whether a resource's entry is served by all ready pods. */
    public static Programming of(Verdict verdict, GatewayState state) {
        return switch (verdict.form()) {
            case CURRENT -> served(verdict.since(), state);
            case STALE -> blocked(Reasons.LAST_GOOD_IN_FORCE, "generation " + verdict.resource().generation()
                    + " has an error; the last good form stays in force");
            case HELD -> blocked(Reasons.MAIL_HELD, verdict.detail());
            case UNUSED -> blocked(Reasons.UNUSED, "nothing in force refers to it, so that there is nothing to program");
            case REJECTED -> blocked(Reasons.LEFT_OUT, "left out of the plan because of its errors");
            case NO_PLAN -> blocked(Reasons.NO_PLAN, "the gateway has no plan yet; its own status says why");
        };
    }

    /** Whether all ready pods serve a plan of at least this serial. */
    public static Programming served(long serial, GatewayState state) {
        List<PodView> ready = state.readyPods();
        if (state.wanted() == 0) {
            return blocked(Reasons.NO_PODS, "spec.replicas of the gateway is 0");
        }
        if (ready.isEmpty()) {
            return pending(Reasons.PODS_NOT_READY, "no pod of the gateway is ready");
        }
        List<PodView> behind = ready.stream().filter(pod -> pod.serial() < serial).toList();
        if (behind.isEmpty()) {
            return new Programming(true, false, Reasons.PROGRAMMED, "in force in every ready pod (" + ready.size() + ")");
        }
        Optional<PodView> refusing = behind.stream().filter(pod -> pod.refused() != null).findFirst();
        if (refusing.isPresent()) {
            return blocked(Reasons.PLAN_REFUSED, "pod " + refusing.get().name() + " refused the plan: " + refusing.get().refused());
        }
        return pending(Reasons.PENDING, "not in force yet in " + names(behind));
    }

    public static Programming blocked(String reason, String message) {
        return new Programming(false, false, reason, message);
    }

    public static Programming pending(String reason, String message) {
        return new Programming(false, true, reason, message);
    }

    private static String names(List<PodView> pods) {
        String names = pods.stream().limit(NAMED_PODS).map(PodView::name).collect(Collectors.joining(", "));
        return pods.size() <= NAMED_PODS ? names : names + " and " + (pods.size() - NAMED_PODS) + " more";
    }
}
