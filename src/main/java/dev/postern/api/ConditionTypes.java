package dev.postern.api;

import java.util.List;

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

    /** Certificate: it is near its end, and nothing renewed it yet. Present only when True. */
    public static final String EXPIRING = "Expiring";
    /** Certificate: its end is past. Present only when True. */
    public static final String EXPIRED = "Expired";
    /** Certificate: a sender that verifies will find MX record, certificate name and listener host name in agreement. */
    public static final String VERIFIABLE = "Verifiable";
    /** Certificate: a signing request is open, or was refused. Present only when there is one. */
    public static final String ISSUING = "Issuing";
    /** Certificate: the PKCS#12 export is as asked. Present only when asked for. */
    public static final String EXPORTED = "Exported";
    /** Certificate: a certificate of its chain was there more than once. Present only when True; so are the other Chain… ones. */
    public static final String CHAIN_DUPLICATES = "ChainDuplicates";
    /** Certificate: its chain was not in order. */
    public static final String CHAIN_OUT_OF_ORDER = "ChainOutOfOrder";
    /** Certificate: its chain holds certificates that do not belong to it, such as an intermediate from before a renewal. */
    public static final String CHAIN_UNRELATED = "ChainUnrelated";
    /** Certificate: more than one path can be built; which one is served, and why. */
    public static final String CHAIN_AMBIGUOUS = "ChainAmbiguous";
    /** Certificate: an intermediate is missing. */
    public static final String CHAIN_INCOMPLETE = "ChainIncomplete";
    /** Certificate: an intermediate has expired, or will before the certificate does. */
    public static final String CHAIN_EXPIRING = "ChainExpiring";
    /** All that speak of the chain. */
    public static final List<String> CHAIN = List.of(CHAIN_INCOMPLETE, CHAIN_EXPIRING, CHAIN_AMBIGUOUS, CHAIN_UNRELATED, CHAIN_OUT_OF_ORDER, CHAIN_DUPLICATES);

    private ConditionTypes() {
    }
}
