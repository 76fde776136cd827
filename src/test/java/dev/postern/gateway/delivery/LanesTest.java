package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lanes of one domain: what they share, and what they do not. */
class LanesTest {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final AtomicInteger limit = new AtomicInteger(4);
    private final List<Launch> launched = new CopyOnWriteArrayList<>();
    private final Scheduler scheduler = new Scheduler(new DeliveryOptions(50, 100, Duration.ZERO, Timeouts.STANDARD), d -> plan(),
            (queue, entry) -> launched.add(new Launch(queue, entry)), () -> Instant.ofEpochMilli(now.get()), () -> Instant.ofEpochMilli(now.get()));
    private long mids;

    private DestinationPlan plan() {
        return limit.get() == 0 ? null : DestinationPlan.of(Rig.CONTROL, List.of("x.test"), false, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), null,
                DestinationPlan.Limits.of(limit.get(), 100), List.of(), null);
    }

    private record Launch(DomainQueue queue, Entry entry) {
    }

    @BeforeEach
    void start() {
        scheduler.start();
    }

    @AfterEach
    void stop() {
        scheduler.stop();
    }

    private void enqueue(MessageTls tls, int messages) {
        for (int i = 0; i < messages; i++) {
            mids++;
            scheduler.enqueue(envelope(tls));
        }
    }

    private Envelope envelope(MessageTls tls) {
        return new Envelope(mids, now.get(), "a@s.test", 1, false, false, null, null, "", List.of(new Recipient("b@x.test", State.PENDING, 0, 0, null, null, null, null))).with(tls);
    }

    private DomainQueue queue(MessageTls tls) {
        return launched.stream().map(Launch::queue).filter(q -> q.lane().tls() == tls).findFirst().orElseThrow();
    }

    private long workers(MessageTls tls) {
        return launched.stream().filter(l -> l.queue.lane().tls() == tls).count();
    }

    private void grow(MessageTls tls, int messages) {
        enqueue(tls, messages);
        for (int i = 0; i < 3; i++) {
            scheduler.feedback().opened(queue(tls));
        }
    }

    @Test
    void whatAsksDifferentlyHasAQueueOfItsOwnUnderTheSameName() {
        for (MessageTls tls : MessageTls.values()) {
            enqueue(tls, 1);
        }

        assertThat(launched).extracting(l -> l.queue.lane().tls()).containsExactly(MessageTls.values());
        assertThat(launched).extracting(l -> l.queue.domain()).containsOnly("x.test");
    }

    @Test
    void theDomainsLimitHoldsOverItsLanesTogether() {
        grow(MessageTls.DESTINATION, 20);
        assertThat(launched).hasSize(4);

        enqueue(MessageTls.REQUIRED, 5);
        assertThat(launched).hasSize(4);

        scheduler.finished(queue(MessageTls.DESTINATION));
        assertThat(launched).hasSize(5);
        assertThat(workers(MessageTls.REQUIRED)).as("the lane without any connection is served first").isEqualTo(1);
    }

    @Test
    void aLaneThatFailsBlocksItselfAlone() {
        enqueue(MessageTls.REQUIRED, 3);
        DomainQueue failing = queue(MessageTls.REQUIRED);
        assertThat(scheduler.feedback().failed(failing)).isEqualTo(1);
        scheduler.feedback().rest(failing, 60_000, Outcome.retry("4.4.1", "no host", null));
        scheduler.finished(failing);

        enqueue(MessageTls.REQUIRED, 1);
        enqueue(MessageTls.OPTIONAL, 1);
        enqueue(MessageTls.DESTINATION, 1);

        assertThat(workers(MessageTls.REQUIRED)).isEqualTo(1);
        assertThat(workers(MessageTls.OPTIONAL)).isEqualTo(1);
        assertThat(workers(MessageTls.DESTINATION)).isEqualTo(1);
        assertThat(scheduler.feedback().failed(queue(MessageTls.OPTIONAL))).as("failures are counted by lane").isEqualTo(1);
    }

    @Test
    void aNewPlanWakesEveryLaneOfItsDomain() {
        for (MessageTls tls : MessageTls.values()) {
            enqueue(tls, 1);
            scheduler.feedback().rest(queue(tls), 500_000, Outcome.retry("4.4.1", "no host", null));
            scheduler.finished(queue(tls));
            enqueue(tls, 1);
        }
        assertThat(launched).hasSize(3);

        scheduler.retryNow("x.test"::equals);

        assertThat(launched).hasSize(6);
    }

    @Test
    void aConnectionThatWaitsForMailMakesRoomForAnotherLane() throws Exception {
        limit.set(1);
        enqueue(MessageTls.DESTINATION, 1);
        DomainQueue waits = queue(MessageTls.DESTINATION);
        scheduler.feedback().opened(waits);
        CompletableFuture<Entry> next = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual().start(() -> {
            try {
                next.complete(scheduler.next(waits, Duration.ofMinutes(5), 1, null));
            } catch (InterruptedException e) {
                next.completeExceptionally(e);
            }
        });
        await().until(() -> worker.getState() == Thread.State.TIMED_WAITING);

        enqueue(MessageTls.REQUIRED, 1);

        assertThat(next.get(20, TimeUnit.SECONDS)).isNull();
        scheduler.feedback().closed(waits);
        scheduler.finished(waits);
        assertThat(workers(MessageTls.REQUIRED)).isEqualTo(1);
    }

    @Test
    void aBusyLaneMakesRoomAfterItsTurnAndWithOneConnectionOnly() throws Exception {
        grow(MessageTls.DESTINATION, 20);
        DomainQueue busy = queue(MessageTls.DESTINATION);
        enqueue(MessageTls.REQUIRED, 5);

        assertThat(scheduler.next(busy, Duration.ZERO, 3, null)).as("its turn is not over").isNotNull();
        assertThat(scheduler.next(busy, Duration.ZERO, 20, null)).as("one makes room").isNull();
        assertThat(scheduler.next(busy, Duration.ZERO, 20, null)).as("and that is enough").isNotNull();

        scheduler.finished(busy);
        assertThat(workers(MessageTls.REQUIRED)).isEqualTo(1);
        assertThat(workers(MessageTls.DESTINATION)).isEqualTo(4);
    }

    @Test
    void lanesShareUntilTheyHaveAsManyEach() throws Exception {
        grow(MessageTls.DESTINATION, 40);
        DomainQueue busy = queue(MessageTls.DESTINATION);
        enqueue(MessageTls.REQUIRED, 20);
        assertThat(scheduler.next(busy, Duration.ZERO, 20, null)).isNull();
        scheduler.finished(busy);
        scheduler.feedback().opened(queue(MessageTls.REQUIRED));

        assertThat(scheduler.next(busy, Duration.ZERO, 20, null)).as("3 to 1").isNull();
        scheduler.finished(busy);
        assertThat(workers(MessageTls.REQUIRED)).isEqualTo(2);
        assertThat(scheduler.next(busy, Duration.ZERO, 20, null)).as("2 to 2").isNotNull();
    }

    @Test
    void aMessageMovesToAnotherLane() {
        enqueue(MessageTls.REQUIRED, 1);
        scheduler.requeue(new Lane("x.test", MessageTls.DESTINATION), envelope(MessageTls.REQUIRED), List.of(0), now.get());
        scheduler.done(mids, false);

        assertThat(workers(MessageTls.DESTINATION)).isEqualTo(1);
        assertThat(scheduler.done(mids, true)).as("it is still one message").isTrue();
    }
}
