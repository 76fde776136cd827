package dev.postern.gateway.delivery;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Waiting for stages, on virtual threads. */
final class Stages {

    private Stages() {
    }

    /** The value, or the stage's own exception where it is an {@code E}, or what {@code other} makes of any other. */
    static <T, E extends Exception> T await(CompletionStage<T> stage, Class<E> expected, Function<Throwable, E> other) throws E, InterruptedException {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = cause(e);
            throw expected.isInstance(cause) ? expected.cast(cause) : other.apply(cause);
        }
    }

    /** What really failed. */
    static Throwable cause(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
