package dev.postern.dns;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Answers for as long as they are good, the least used out first where there are too many. Who asks for what is being looked up
 * already waits for that lookup.
 */
final class TtlCache<K, V> {
    private final ToLongFunction<V> seconds;
    private final LongSupplier nanos;
    private final Map<K, Kept<V>> entries;

    private static final class Kept<V> {
        private final CompletableFuture<V> value = new CompletableFuture<>();
        private volatile long end;
    }

    /**
     * Makes an empty one.
     *
     * @param most    entries
     * @param seconds for which an answer is good; 0 or less: not at all
     * @param nanos   clock, as {@link System#nanoTime}
     */
    TtlCache(int most, ToLongFunction<V> seconds, LongSupplier nanos) {
        this.seconds = seconds;
        this.nanos = nanos;
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Kept<V>> eldest) {
                return size() > most;
            }
        };
    }

    /** The answer kept, or that of a lookup. What fails is not kept. */
    CompletionStage<V> get(K key, Function<K, CompletionStage<V>> lookup) {
        Kept<V> fresh = new Kept<>();
        synchronized (entries) {
            Kept<V> kept = entries.get(key);
            if (kept != null && (!kept.value.isDone() || kept.end - nanos.getAsLong() > 0)) {
                return kept.value.minimalCompletionStage();
            }
            entries.put(key, fresh);
        }
        lookup.apply(key).whenComplete((value, error) -> {
            if (error == null) {
                fresh.end = nanos.getAsLong() + TimeUnit.SECONDS.toNanos(seconds.applyAsLong(value));
                fresh.value.complete(value);
            } else {
                synchronized (entries) {
                    entries.remove(key, fresh);
                }
                fresh.value.completeExceptionally(error);
            }
        });
        return fresh.value.minimalCompletionStage();
    }
}
