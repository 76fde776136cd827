package dev.postern.operator.status;

import dev.postern.api.ConditionTypes;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which changes of a resource's conditions are news: each once, when it happens. Pure. */
public final class Transitions {
    /** Those that are present only where something is wrong. */
    private static final List<String> TROUBLES =
            Stream.concat(Stream.of(ConditionTypes.EXPIRED, ConditionTypes.EXPIRING), ConditionTypes.CHAIN.stream()).toList();
    /** Those whose going False is news, and whose coming back. */
    private static final List<String> PROMISES = List.of(ConditionTypes.VERIFIABLE, ConditionTypes.EXPORTED);
    private static final Set<String> REFUSALS = Set.of(Reasons.ANSWER_REFUSED, Reasons.DENIED, Reasons.FAILED);

    private Transitions() {
    }

    /** A condition that is news. */
    public record News(Condition condition, boolean warning) {
    }

    /**
     * @param gateway whether the resource is a gateway: it says of all what its resources need not all say
     * @param before  empty where there was no status
     */
    public static List<News> of(boolean gateway, List<Condition> before, List<Condition> after) {
        List<News> news = new ArrayList<>();
        // Work under way is no news, but for a gateway that was ready and is not.
        if (!isTrue(after, ConditionTypes.RECONCILING) || gateway && isTrue(before, ConditionTypes.READY)) {
            Stream.of(ConditionTypes.ACCEPTED, ConditionTypes.READY).filter(type -> summaryChanged(find(before, type), find(after, type)))
                    .forEach(type -> news.add(new News(find(after, type), !isTrue(after, type))));
        }
        TROUBLES.stream().filter(type -> isTrue(after, type) && !(isTrue(before, type) && sameReason(find(before, type), find(after, type))))
                .forEach(type -> news.add(new News(find(after, type), true)));
        PROMISES.stream().filter(type -> promiseChanged(find(before, type), find(after, type)))
                .forEach(type -> news.add(new News(find(after, type), !isTrue(after, type))));
        issuing(find(before, ConditionTypes.ISSUING), find(after, ConditionTypes.ISSUING), news);
        // Ready repeats the reason of what made it false; once is enough.
        Set<String> told = new HashSet<>();
        return news.stream().filter(n -> told.add(n.condition().getReason())).toList();
    }

    private static boolean summaryChanged(Condition before, Condition after) {
        if (after == null || after.getStatus().equals(ConditionSet.UNKNOWN) || after.getReason().equals(Reasons.PENDING)) {
            return false;
        }
        boolean good = after.getStatus().equals(ConditionSet.TRUE);
        if (good && after.getType().equals(ConditionTypes.ACCEPTED) && (before == null || !before.getStatus().equals(ConditionSet.FALSE))) {
            return false;   // Ready tells of a resource that was good from the start
        }
        return before == null || !before.getStatus().equals(after.getStatus()) || !good && !sameReason(before, after);
    }

    /** False is news, also when it is false from the start; True only after that; Unknown never. */
    private static boolean promiseChanged(Condition before, Condition after) {
        if (after == null || after.getStatus().equals(ConditionSet.UNKNOWN)) {
            return false;
        }
        boolean wasFalse = before != null && before.getStatus().equals(ConditionSet.FALSE);
        return after.getStatus().equals(ConditionSet.TRUE) ? wasFalse : !wasFalse || !sameReason(before, after);
    }

    /** A request that waits for someone, and one that was refused; also where another edit is refused for the same reason. */
    private static void issuing(Condition before, Condition after, List<News> news) {
        if (after == null) {
            return;
        }
        boolean warning = after.getStatus().equals(ConditionSet.FALSE) || REFUSALS.contains(after.getReason());
        boolean same = before != null && before.getStatus().equals(after.getStatus()) && sameReason(before, after)
                && (!warning || before.getMessage().equals(after.getMessage()));
        if (!same && (warning || after.getReason().equals(Reasons.AWAITING_SIGNATURE))) {
            news.add(new News(after, warning));
        }
    }

    private static boolean isTrue(List<Condition> conditions, String type) {
        return find(conditions, type) instanceof Condition condition && condition.getStatus().equals(ConditionSet.TRUE);
    }

    private static Condition find(List<Condition> conditions, String type) {
        return ConditionSet.find(conditions, type);
    }

    private static boolean sameReason(Condition before, Condition after) {
        return before.getReason().equals(after.getReason());
    }
}
