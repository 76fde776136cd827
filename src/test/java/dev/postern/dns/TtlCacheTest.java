package dev.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TtlCacheTest {
    private long now;
    private final List<String> asked = new ArrayList<>();
    private final TtlCache<String, Long> cache = new TtlCache<>(2, seconds -> seconds, () -> TimeUnit.SECONDS.toNanos(now));

    private CompletionStage<Long> lookup(String key) {
        asked.add(key);
        return CompletableFuture.completedFuture(Long.parseLong(key));
    }

    @Test
    void anAnswerIsKeptForItsTime() {
        cache.get("10", this::lookup);
        now = 9;
        assertThat(cache.get("10", this::lookup).toCompletableFuture()).isCompletedWithValue(10L);
        assertThat(asked).containsExactly("10");
        now = 10;
        cache.get("10", this::lookup);
        assertThat(asked).containsExactly("10", "10");
    }

    @Test
    void zeroIsNotKept() {
        cache.get("0", this::lookup);
        cache.get("0", this::lookup);
        assertThat(asked).containsExactly("0", "0");
    }

    @Test
    void theLeastUsedGoesFirst() {
        cache.get("10", this::lookup);
        cache.get("20", this::lookup);
        cache.get("10", this::lookup);
        cache.get("30", this::lookup);
        cache.get("10", this::lookup);
        cache.get("20", this::lookup);
        assertThat(asked).containsExactly("10", "20", "30", "20");
    }

    @Test
    void whoAsksMeanwhileWaitsForTheSameLookup() {
        CompletableFuture<Long> pending = new CompletableFuture<>();
        CompletableFuture<Long> first = cache.get("x", k -> pending).toCompletableFuture();
        CompletableFuture<Long> second = cache.get("x", this::lookup).toCompletableFuture();
        pending.complete(5L);

        assertThat(asked).isEmpty();
        assertThat(first).isCompletedWithValue(5L);
        assertThat(second).isCompletedWithValue(5L);
    }

    @Test
    void whatFailsIsNotKept() {
        assertThat(cache.get("7", k -> CompletableFuture.failedFuture(new IllegalStateException())).toCompletableFuture()).isCompletedExceptionally();
        assertThat(cache.get("7", this::lookup).toCompletableFuture()).isCompletedWithValue(7L);
    }
}
