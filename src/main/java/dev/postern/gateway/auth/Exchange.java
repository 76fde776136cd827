package dev.postern.gateway.auth;

import java.util.concurrent.CompletionStage;

/** One login by one mechanism (RFC 4422). One for each; its steps come one after the other. */
public interface Exchange {
    /**
     * What the server does before the client has said anything. Mechanisms in which the client begins have an empty challenge for that.
     */
    default Step begin() {
        return new Step.Challenge(new byte[0]);
    }

    /**
     * Takes what the client sent.
     *
     * @return may complete on another thread, where looking costs CPU
     */
    CompletionStage<Step> take(byte[] response);
}
