package dev.postern.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HourlyCountsTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final HourlyCounts counts = new HourlyCounts(() -> now, 3);

    @Test
    void theLimitIsTakenAndNoMoreUntilTheHourHasPassed() {
        assertThat(counts.take(CLIENT, 2)).isTrue();
        now = now.plus(Duration.ofMinutes(30));
        assertThat(counts.take(CLIENT, 2)).isTrue();
        assertThat(counts.take(CLIENT, 2)).isFalse();
        assertThat(counts.of(CLIENT)).isEqualTo(2);
        assertThat(counts.take(CLIENT, 3)).as("another policy's limit").isTrue();
        now = now.plus(Duration.ofMinutes(40));
        assertThat(counts.of(CLIENT)).as("the first is forgotten").isEqualTo(2);
        now = now.plus(Duration.ofDays(400));
        assertThat(counts.of(CLIENT)).isZero();
    }

    @Test
    void noHourHasMoreThanItsLimitWhereverItBegins() {
        Random random = new Random(7);
        Deque<Instant> taken = new ArrayDeque<>();
        int all = 0;
        for (int i = 0; i < 20_000; i++) {
            now = now.plusMillis(random.nextInt(100_000));
            while (!taken.isEmpty() && !taken.peek().isAfter(now.minus(Duration.ofHours(1)))) {
                taken.poll();
            }
            if (counts.take(CLIENT, 50)) {
                taken.add(now);
                all++;
            }
            assertThat(taken).hasSizeLessThanOrEqualTo(50);
        }
        assertThat(all).as("and little less: 50 in at most 65 minutes").isGreaterThan((int) (20_000 * 50.0 / 3900 * 50 * 0.95));
    }

    @Test
    void aClockThatGoesBackNeitherFailsNorForgets() {
        assertThat(counts.take(CLIENT, 1)).isTrue();
        now = now.minus(Duration.ofHours(5));
        assertThat(counts.take(CLIENT, 1)).isFalse();
        assertThat(counts.of(CLIENT)).isEqualTo(1);
    }

    @Test
    void theLeastRecentClientIsForgottenWhereThereAreTooMany() {
        for (String client : new String[] {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.4"}) {
            counts.take(InetAddress.ofLiteral(client), 10);
        }
        assertThat(counts.clients()).isEqualTo(3);
        assertThat(counts.of(InetAddress.ofLiteral("192.0.2.1"))).isEqualTo(2);
        assertThat(counts.of(InetAddress.ofLiteral("192.0.2.2"))).isZero();
        assertThat(counts.clients()).as("a question keeps nobody").isEqualTo(3);
    }

    @Test
    void anIpv6ClientIsItsNetwork() {
        assertThat(counts.take(InetAddress.ofLiteral("2001:db8:1:2::1"), 1)).isTrue();
        assertThat(counts.take(InetAddress.ofLiteral("2001:db8:1:2:ffff::9"), 1)).isFalse();
        assertThat(counts.take(InetAddress.ofLiteral("2001:db8:1:3::1"), 1)).isTrue();
    }

    @Test
    void threadsThatRaceTakeTheLimitTogether() {
        AtomicInteger taken = new AtomicInteger();
        CompletableFuture.allOf(IntStream.range(0, 4).mapToObj(t -> CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 10_000; i++) {
                if (counts.take(CLIENT, 1000)) {
                    taken.incrementAndGet();
                }
            }
        })).toArray(CompletableFuture[]::new)).join();
        assertThat(taken).hasValue(1000);
    }
}
