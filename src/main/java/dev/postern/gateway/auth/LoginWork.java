package dev.postern.gateway.auth;

import dev.postern.gateway.auth.Step.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Runs what costs CPU beside the event loops, and not more of it than can be done soon. Safe for use by many threads. */
public final class LoginWork {
    /** Checks of passwords that wait; more are told to come later. */
    private static final int MOST_WAITING = 200;

    private final Executor executor;

    /** @param executor rejects what is too much */
    LoginWork(Executor executor) {
        this.executor = executor;
    }

    /** On a quarter of the machine at most: sessions, handshakes and delivery have the rest. Threads that have nothing to do go. */
    public static LoginWork bounded() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
        var pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name("logins-", 0).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        return new LoginWork(pool);
    }

    /** @param user for the log, where there is no room for the check */
    CompletionStage<Step> run(String user, Supplier<Step> check) {
        try {
            return CompletableFuture.supplyAsync(check, executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(new Step.Failure(Reason.Unavailable, user, "too many logins at once"));
        }
    }
}
