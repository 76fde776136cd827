package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final AtomicInteger limit = new AtomicInteger(4);
    private final List<Launch> launched = new CopyOnWriteArrayList<>();
    private final Scheduler scheduler = new Scheduler(new DeliveryOptions(8, 100, Duration.ZERO, Timeouts.STANDARD), d -> plan(),
            (queue, entry) -> launched.add(new Launch(queue, entry)), () -> Instant.ofEpochMilli(now.get()), () -> Instant.ofEpochMilli(now.get()));
    private long mids;

    private DestinationPlan plan() {
        return limit.get() == 0 ? null : DestinationPlan.of(Rig.CONTROL, List.of("x.test"), false, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), null,
                DestinationPlan.Limits.of(limit.get(), 100), List.of(), null);
    }

    private record Launch(DomainQueue queue, Entry entry) {
    }

    @AfterEach
    void stop() {
        scheduler.stop();
    }

    private long enqueue(long due, String... addresses) {
        long mid = ++mids;
        scheduler.enqueue(new Envelope(mid, now.get(), "a@s.test", 1, false, false, null, null, "",
                Stream.of(addresses).map(a -> new Recipient(a, State.PENDING, 0, due, null, null, null, null)).toList()));
        return mid;
    }

    private long launchedFor(String domain) {
        return launched.stream().filter(l -> l.queue.domain().equals(domain)).count();
    }

    @Test
    void nothingStartsBeforeTheStartOrWithoutAPlan() {
        enqueue(0, "b@x.test");
        assertThat(launched).isEmpty();
        limit.set(0);
        scheduler.start();
        assertThat(launched).isEmpty();
        limit.set(1);
        scheduler.retryNow(d -> false);
        assertThat(launched).hasSize(1);
    }

    @Test
    void aMessageIsSplitByDomainAndFinishedOnce() {
        scheduler.start();
        enqueue(0, "1@x.test", "2@y.test", "3@X.test");

        assertThat(launched).hasSize(2);
        assertThat(launched.getFirst().entry.rids()).containsExactly(0, 2);
        assertThat(scheduler.done(1, true)).as("the other is not written yet").isFalse();
        assertThat(scheduler.done(1, false)).isTrue();
    }

    @Test
    void theWindowDoublesWithEachConnectionUpToTheLimit() {
        scheduler.start();
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@x.test"));
        DomainQueue queue = launched.getFirst().queue;

        assertThat(launched).hasSize(1);
        scheduler.opened(queue);
        assertThat(launched).hasSize(2);
        scheduler.opened(queue);
        assertThat(launched).hasSize(4);
        scheduler.opened(queue);
        scheduler.opened(queue);
        assertThat(launched).hasSize(4);
    }

    @Test
    void aDomainThatFailsRestsAndThenSendsOneAhead() {
        scheduler.start();
        IntStream.range(0, 5).forEach(i -> enqueue(0, "b@x.test"));
        DomainQueue queue = launched.getFirst().queue;

        assertThat(scheduler.failed(queue)).isEqualTo(1);
        scheduler.rest(queue, 60_000, Outcome.retry("4.4.1", "no host", null));
        scheduler.finished(queue);
        enqueue(0, "b@x.test");
        enqueue(0, "b@x.test");
        assertThat(launched).hasSize(1);

        now.addAndGet(60_000);
        await().until(() -> launched.size() == 2);
        assertThat(scheduler.failed(queue)).isEqualTo(2);
    }

    @Test
    void whileOthersHaveAConnectionAFailureOnlyShrinksTheWindow() {
        scheduler.start();
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@x.test"));
        DomainQueue queue = launched.getFirst().queue;
        scheduler.opened(queue);
        assertThat(launched).hasSize(2);

        assertThat(scheduler.failed(queue)).isZero();
        scheduler.finished(queue);

        assertThat(launched).hasSize(2);
        scheduler.closed(queue);
        scheduler.finished(queue);
        assertThat(launched).hasSize(3);
    }

    @Test
    void domainsThatNeverAnsweredShareHalfOfTheConnections() {
        scheduler.start();
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@dead" + i + ".test"));
        assertThat(launched).hasSize(4);

        scheduler.opened(launched.getFirst().queue);
        scheduler.closed(launched.getFirst().queue);
        scheduler.finished(launched.getFirst().queue);
        assertThat(launched).hasSize(5);
    }

    @Test
    void theLivingGetThePlacesThatTheDeadMayNotTake() {
        scheduler.start();
        enqueue(0, "b@live.test");
        DomainQueue live = launched.getFirst().queue;
        scheduler.opened(live);
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@dead" + i + ".test"));
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@live.test"));
        scheduler.opened(live);

        assertThat(launchedFor("live.test")).isEqualTo(4);
        assertThat(launched).hasSize(8);
    }

    @Test
    void whatIsDueLaterStartsWhenItIsDue() {
        scheduler.start();
        enqueue(now.get() + 5000, "b@x.test");
        assertThat(launched).isEmpty();

        now.addAndGet(5000);
        await().until(() -> launched.size() == 1);
    }

    @Test
    void aNewPlanMakesItsDomainsDueAtOnceAndNoOthers() {
        scheduler.start();
        enqueue(now.get() + 500_000, "b@x.test");
        enqueue(now.get() + 500_000, "b@y.test");

        scheduler.retryNow("x.test"::equals);

        assertThat(launched).extracting(l -> l.queue.domain()).containsExactly("x.test");
    }

    @Test
    void aWaitingWorkerGetsTheNextEntryAndEndsWhenStopped() throws Exception {
        scheduler.start();
        enqueue(0, "b@x.test");
        DomainQueue queue = launched.getFirst().queue;
        scheduler.opened(queue);
        List<Long> taken = new CopyOnWriteArrayList<>();
        Thread worker = Thread.ofVirtual().start(() -> {
            try {
                for (Entry e = scheduler.next(queue, Duration.ofMinutes(5), 0, null); e != null; e = scheduler.next(queue, Duration.ofMinutes(5), 0, null)) {
                    taken.add(e.mid());
                }
                scheduler.finished(queue);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> worker.getState() == Thread.State.TIMED_WAITING);
        long second = enqueue(0, "b@x.test");
        await().until(() -> taken.contains(second));
        assertThat(launched).hasSize(1);

        scheduler.stop();
        worker.join();
        assertThat(scheduler.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(scheduler.workers()).isZero();
    }
}
