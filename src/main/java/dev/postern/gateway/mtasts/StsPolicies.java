package dev.postern.gateway.mtasts;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The policies that domains publish. Never blocks; safe for use by many threads. */
@FunctionalInterface
public interface StsPolicies {
    /** Knows none. */
    StsPolicies NONE = domain -> CompletableFuture.completedFuture(StsAnswer.ABSENT);

    /**
     * The policy of a recipient domain: the one that is kept, or a new one where there is none or another is published. Never fails.
     *
     * @param domain lower-case A-labels
     */
    CompletionStage<StsAnswer> find(String domain);
}
