package dev.postern.gateway.admin;

import dev.postern.gateway.spool.Spool.SpoolException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Waiting for the spool, on virtual threads. */
final class Waits {
    private Waits() {
    }

    /** @throws SpoolException where the stage failed */
    static <T> T on(CompletionStage<T> stage) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            while (cause.getCause() != null && !(cause instanceof SpoolException)) {
                cause = cause.getCause();
            }
            throw cause instanceof SpoolException known ? known : new SpoolException(String.valueOf(cause.getMessage()), false, cause);
        }
    }
}
