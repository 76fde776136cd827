package dev.postern.gateway.auth;

import dev.postern.gateway.auth.Step.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** EXTERNAL (RFC 4422 appendix A): the client is whom its certificate names. */
final class ExternalExchange implements Exchange {
    private final List<String> names;

    /** @param names of the verified certificate, in its order; empty where there is none */
    ExternalExchange(List<String> names) {
        this.names = List.copyOf(names);
    }

    @Override
    public CompletionStage<Step> take(byte[] response) {
        return CompletableFuture.completedFuture(step(new String(response, StandardCharsets.UTF_8)));
    }

    /** @param wanted one of the names, or empty for the first */
    private Step step(String wanted) {
        if (names.isEmpty()) {
            return new Step.Failure(Reason.Credentials, wanted.isEmpty() ? null : wanted, "no verified client certificate with a name");
        }
        if (wanted.isEmpty()) {
            return new Step.Success(names.getFirst());
        }
        return names.stream().filter(wanted::equalsIgnoreCase).findFirst().<Step>map(Step.Success::new)
                .orElseGet(() -> new Step.Failure(Reason.Credentials, wanted, "not a name of the client certificate"));
    }
}
