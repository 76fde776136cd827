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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
        scheduler.feedback().opened(queue);
        assertThat(launched).hasSize(2);
        scheduler.feedback().opened(queue);
        assertThat(launched).hasSize(4);
        scheduler.feedback().opened(queue);
        scheduler.feedback().opened(queue);
        assertThat(launched).hasSize(4);
    }

    @Test
    void aDomainThatFailsRestsAndThenSendsOneAhead() {
        scheduler.start();
        IntStream.range(0, 5).forEach(i -> enqueue(0, "b@x.test"));
        DomainQueue queue = launched.getFirst().queue;

        assertThat(scheduler.feedback().failed(queue)).isEqualTo(1);
        scheduler.feedback().rest(queue, 60_000, Outcome.retry("4.4.1", "no host", null));
        scheduler.finished(queue);
        enqueue(0, "b@x.test");
        enqueue(0, "b@x.test");
        assertThat(launched).hasSize(1);

        now.addAndGet(60_000);
        await().until(() -> launched.size() == 2);
        assertThat(scheduler.feedback().failed(queue)).isEqualTo(2);
    }

    @Test
    void whileOthersHaveAConnectionAFailureOnlyShrinksTheWindow() {
        scheduler.start();
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@x.test"));
        DomainQueue queue = launched.getFirst().queue;
        scheduler.feedback().opened(queue);
        assertThat(launched).hasSize(2);

        assertThat(scheduler.feedback().failed(queue)).isZero();
        scheduler.finished(queue);

        assertThat(launched).hasSize(2);
        scheduler.feedback().closed(queue);
        scheduler.finished(queue);
        assertThat(launched).hasSize(3);
    }

    @Test
    void domainsThatNeverAnsweredShareHalfOfTheConnections() {
        scheduler.start();
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@dead" + i + ".test"));
        assertThat(launched).hasSize(4);

        scheduler.feedback().opened(launched.getFirst().queue);
        scheduler.feedback().closed(launched.getFirst().queue);
        scheduler.finished(launched.getFirst().queue);
        assertThat(launched).hasSize(5);
    }

    @Test
    void theLivingGetThePlacesThatTheDeadMayNotTake() {
        scheduler.start();
        enqueue(0, "b@live.test");
        DomainQueue live = launched.getFirst().queue;
        scheduler.feedback().opened(live);
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@dead" + i + ".test"));
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@live.test"));
        scheduler.feedback().opened(live);

        assertThat(launchedFor("live.test")).isEqualTo(4);
        assertThat(launched).hasSize(8);
    }

    private void end(DomainQueue queue) {
        scheduler.feedback().closed(queue);
        scheduler.finished(queue);
    }

    @Test
    void attemptsThatTakeLongGiveTheirPlacesToOthersUpToABound() {
        scheduler.start();
        IntStream.range(0, 40).forEach(i -> enqueue(0, "b@hole" + i + ".test"));
        List<Dials.Dial> dials = new ArrayList<>();
        for (int places = 4; places <= 20; places += 4) {
            assertThat(launched).hasSize(places);
            launched.subList(places - 4, places).forEach(l -> dials.add(scheduler.feedback().dialing(l.queue)));
            now.addAndGet(Dials.PATIENCE_MILLIS);
            int next = Math.min(places + 4, 20);   // 16 aside, and half of 8
            await().until(() -> launched.size() == next);
        }
        assertThat(scheduler.workers()).isEqualTo(20);

        scheduler.feedback().dialed(dials.getFirst());
        scheduler.feedback().dialed(dials.getFirst());
        scheduler.finished(launched.getFirst().queue);
        // The oldest of those that could not step aside does so now.
        await().until(() -> launched.size() == 21);

        List.copyOf(dials).forEach(scheduler.feedback()::dialed);
        launched.subList(1, launched.size()).forEach(l -> scheduler.finished(l.queue));
        assertThat(scheduler.workers()).isLessThanOrEqualTo(8);
    }

    @Test
    void anAttemptThatSucceedsLateCountsAgain() {
        scheduler.start();
        enqueue(0, "b@slow.test");
        DomainQueue slow = launched.getFirst().queue;
        Dials.Dial dial = scheduler.feedback().dialing(slow);
        now.addAndGet(Dials.PATIENCE_MILLIS);
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@dead" + i + ".test"));
        await().until(() -> launched.size() == 5);

        scheduler.feedback().dialed(dial);
        scheduler.feedback().opened(slow);
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@slow.test"));

        assertThat(launchedFor("slow.test")).isEqualTo(2);
        assertThat(scheduler.workers()).isEqualTo(6);
        end(slow);
        scheduler.finished(slow);
        assertThat(launched.stream().filter(l -> l.queue.domain().startsWith("dead"))).hasSize(4);
    }

    @Test
    void whatHasFailedWaitsBehindThatOfWhichNothingIsKnown() {
        scheduler.start();
        enqueue(0, "b@failed.test");
        DomainQueue failed = launched.getFirst().queue;
        enqueue(0, "b@failed.test");
        scheduler.feedback().failed(failed);
        scheduler.feedback().rest(failed, 1000, Outcome.retry("4.4.1", "nobody there", null));
        scheduler.finished(failed);
        IntStream.range(0, 4).forEach(i -> enqueue(0, "b@place" + i + ".test"));
        now.addAndGet(1001);
        await().until(() -> failed.standing == Connections.Standing.SUSPECT);
        enqueue(0, "b@new.test");

        scheduler.finished(launched.get(1).queue);
        assertThat(launched.getLast().queue.domain()).isEqualTo("new.test");
        scheduler.finished(launched.get(2).queue);
        assertThat(launched.getLast().queue.domain()).isEqualTo("failed.test");
    }

    @Test
    void aDomainThatTookAConnectionIsKnownToLiveThoughItsMailWasGoneMeanwhileAndOverAStart() {
        scheduler.start();
        enqueue(0, "b@live.test");
        scheduler.feedback().opened(launched.getFirst().queue);
        end(launched.getFirst().queue);
        IntStream.range(0, 20).forEach(i -> enqueue(0, "b@dead" + i + ".test"));
        assertThat(launched).hasSize(5);

        enqueue(0, "b@live.test");
        assertThat(launched.getLast().queue.domain()).isEqualTo("live.test");
        scheduler.feedback().failed(launched.getLast().queue);
        assertThat(scheduler.upkeep().resting()).isEmpty();
        scheduler.upkeep().remember(List.of(Rest.none(launched.getLast().queue.lane())));
        assertThat(scheduler.upkeep().resting()).singleElement().satisfies(rest -> assertThat(rest.failures()).isZero());
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
    void aClockThatWasAheadParksMailNoLongerThanTheLongestWait() {
        scheduler.start();
        enqueue(now.get() + Duration.ofDays(365).toMillis(), "b@x.test");

        now.addAndGet(Backoff.longest(DestinationPlan.Retry.STANDARD));
        await().until(() -> launched.size() == 1);
    }

    @Test
    void settingTheClockBackDoesNotProlongAWait() {
        AtomicLong wall = new AtomicLong(now.get());
        Scheduler other = new Scheduler(new DeliveryOptions(8, 100, Duration.ZERO, Timeouts.STANDARD), d -> plan(), (queue, entry) -> launched.add(new Launch(queue, entry)),
                () -> Instant.ofEpochMilli(wall.get()), () -> Instant.ofEpochMilli(now.get()));
        other.start();
        other.enqueue(new Envelope(1, now.get(), "a@s.test", 1, false, false, null, null, "",
                List.of(new Recipient("b@x.test", State.PENDING, 0, now.get() + 5000, null, null, null, null))));
        wall.addAndGet(-900_000);
        now.addAndGet(5000);

        await().until(() -> launched.size() == 1);
        other.stop();
    }

    @Test
    void oneSendersManyMessagesDelayAnothersByOne() throws Exception {
        scheduler.start();
        limit.set(1);
        String bulk = "news@a.test";
        String other = IntStream.range(0, 100).mapToObj(i -> "me@" + (char) ('b' + i % 20) + i + ".test").filter(s -> Senders.ring(s) != Senders.ring(bulk)).findFirst().orElseThrow();
        for (int i = 1; i <= 1000; i++) {
            send(i, i < 1000 ? bulk : other);
        }
        DomainQueue queue = launched.getFirst().queue;

        List<Long> next = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            next.add(scheduler.next(queue, Duration.ZERO, 1, null).mid());
        }
        assertThat(next).contains(1000L);
    }

    @Test
    void aSenderIsTheSameUnderTagsNumbersAndRecipientsAddresses() {
        assertThat(List.of("news+1@a.test", "news-b=c.test@A.test", "news42@a.test", "NEWS@a.test")).extracting(Senders::key).containsOnly("news@a.test");
        assertThat(Senders.key("")).isEmpty();
    }

    private void send(long mid, String sender) {
        scheduler.enqueue(new Envelope(mid, now.get(), sender, 1, false, false, null, null, "", List.of(new Recipient("b@x.test", State.PENDING, 0, 0, null, null, null, null))));
    }

    @Test
    void whatTheSpoolShowsIsTakenUpOnceHoweverItCame() {
        limit.set(0);
        Envelope old = new Envelope(1, now.get(), "a@s.test", 1, false, false, null, null, "", List.of(new Recipient("b@x.test", State.PENDING, 0, 0, null, null, null, null)));
        assertThat(scheduler.upkeep().withdraw(Set.of(2L))).isEmpty();
        scheduler.scanned(old);
        scheduler.scanned(old);
        scheduler.scanned(old.as(2, 1));   // read before it was withdrawn
        scheduler.bringBack(old.as(2, 1));
        scheduler.scanEnds();

        assertThat(scheduler.upkeep().survey().due()).isEqualTo(2);
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
        scheduler.feedback().opened(queue);
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
