package dev.postern.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Builds the conditions of one status. The time of a condition whose status stays is kept. */
public final class ConditionSet {
    public static final String TRUE = "True";
    public static final String FALSE = "False";
    public static final String UNKNOWN = "Unknown";
    /** The API allows 32768 characters; nobody reads as many. */
    private static final int MAX_MESSAGE = 2000;

    private final List<Condition> before;
    private final long generation;
    private final String now;
    private final List<Condition> conditions = new ArrayList<>();

    public ConditionSet(List<Condition> before, long generation, InstantSource clock) {
        this.before = before;
        this.generation = generation;
        this.now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public ConditionSet put(String type, String status, String reason, String message) {
        String since = find(before, type) instanceof Condition old && old.getStatus().equals(status) ? old.getLastTransitionTime() : now;
        conditions.removeIf(c -> c.getType().equals(type));
        conditions.add(new ConditionBuilder().withType(type).withStatus(status).withReason(reason).withMessage(cut(message))
                .withObservedGeneration(generation).withLastTransitionTime(since).build());
        return this;
    }

    public ConditionSet put(String type, boolean status, String reason, String message) {
        return put(type, status ? TRUE : FALSE, reason, message);
    }

    /** Takes a condition over as it was; false where there was none. */
    public boolean keep(String type) {
        Condition old = find(before, type);
        if (old == null) {
            return false;
        }
        put(type, old.getStatus(), old.getReason(), old.getMessage());
        return true;
    }

    public Condition get(String type) {
        return find(conditions, type);
    }

    public List<Condition> build() {
        return List.copyOf(conditions);
    }

    /** The condition of a type, or null. */
    public static Condition find(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> c.getType().equals(type)).findFirst().orElse(null);
    }

    private static String cut(String message) {
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
    }
}
