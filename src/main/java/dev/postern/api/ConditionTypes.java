package dev.postern.api;

/** Types and reasons of the conditions in the status of every kind. */
public final class ConditionTypes {
    /** The resource itself is valid and attached to a gateway. */
    public static final String ACCEPTED = "Accepted";
    /** Everything that the resource names exists and can be used. */
    public static final String RESOLVED_REFS = "ResolvedRefs";
    /** Every ready gateway pod serves a plan that contains this generation. */
    public static final String PROGRAMMED = "Programmed";
    /** The summary of the others. */
    public static final String READY = "Ready";
    /** kstatus: work is under way. */
    public static final String RECONCILING = "Reconciling";
    /** kstatus: nothing will change until someone edits a resource. */
    public static final String STALLED = "Stalled";

    private ConditionTypes() {
    }
}
