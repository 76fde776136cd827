package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.body;
import static dev.postern.gateway.spool.Messages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The walk through the queue while everything else goes on. */
class SpoolScanTest {
    private static final int MESSAGES = 3_000;
    private static final int CHANGERS = 4;
    private static final long GONE = Long.MAX_VALUE;

    @TempDir
    Path folder;

    private List<Long> fill(int count) throws Exception {
        var mids = new ArrayList<Long>();
        try (var fixture = new SpoolFixture(folder)) {
            var last = CompletableFuture.<Void>completedFuture(null);
            for (var i = 0; i < count; i++) {
                var incoming = fixture.spool.begin();
                Messages.await(incoming.append(Unpooled.wrappedBuffer(body(i, 50))));
                last = incoming.commit(Messages.to("a@example.org").via("version-0")).toCompletableFuture();
                mids.add(incoming.mid());
                if (i % 100 == 0) {
                    Messages.await(last);
                }
            }
            Messages.await(last);
        }
        return mids;
    }

    private static long version(Envelope envelope) {
        return Long.parseLong(envelope.route().substring("version-".length()));
    }

    @Test
    void nobodyIsGivenAFormThatAMessageNoLongerHas() throws Exception {
        var mids = fill(MESSAGES);
        var completed = new ConcurrentHashMap<Long, Long>();
        var stop = new AtomicBoolean();
        try (var fixture = new SpoolFixture(folder)) {
            var spool = fixture.spool;
            var changers = new ArrayList<Thread>();
            for (var changer = 0; changer < CHANGERS; changer++) {
                var random = new Random(changer);
                var share = changer;
                var own = mids.stream().filter(mid -> mid % CHANGERS == share).toList();
                changers.add(Thread.ofPlatform().start(() -> change(spool, own, random, completed, stop)));
            }
            for (var round = 0; round < 5 || !completed.containsValue(GONE); round++) {
                var seen = new TreeMap<Long, Long>();
                var wrong = new ArrayList<String>();
                spool.forEachPending(envelope -> {
                    var least = completed.getOrDefault(envelope.mid(), 0L);
                    if (version(envelope) < least || seen.put(envelope.mid(), version(envelope)) != null) {
                        wrong.add("MID " + envelope.mid() + " in version " + version(envelope) + " after " + least);
                    }
                });
                assertThat(wrong).isEmpty();
                assertThat(mids).containsAll(seen.keySet());
                assertThat(mids).allSatisfy(mid -> assertThat(seen.containsKey(mid) || completed.getOrDefault(mid, 0L) == GONE).isTrue());
            }
            stop.set(true);
            for (var changer : changers) {
                changer.join();
            }
            assertThat(completed.values()).as("some messages went, some changed").contains(GONE).anyMatch(version -> version > 0 && version < GONE);
        }
    }

    /** Changes messages and says so when the change is complete; lets one of a hundred go. */
    private static void change(Spool spool, List<Long> mids, Random random, Map<Long, Long> completed, AtomicBoolean stop) {
        var issued = new TreeMap<Long, Long>();
        while (!stop.get()) {
            var mid = mids.get(random.nextInt(mids.size()));
            var before = issued.getOrDefault(mid, 0L);
            if (before == GONE) {
                continue;
            }
            var next = random.nextInt(100) == 0 ? GONE : before + 1;
            issued.put(mid, next);
            try {
                if (next == GONE) {
                    // Said before: whoever is not visited must be going at least.
                    completed.merge(mid, before, Math::max);
                    spool.amend(mid, envelope -> envelope.withRecipients(List.of(Messages.delivered(envelope.recipients().getFirst())))).toCompletableFuture()
                            .thenAccept(now -> completed.put(mid, GONE)).get();
                } else {
                    spool.amend(mid, envelope -> envelope.via("version-" + next)).toCompletableFuture().thenAccept(now -> completed.put(mid, next)).get();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void whatComesInSinceTheOpeningIsNotVisited() throws Exception {
        var mids = fill(600);
        try (var fixture = new SpoolFixture(folder)) {
            var spool = fixture.spool;
            put(spool, body(1, 10));
            var recipient = Messages.recipient("a@example.org");
            Messages.await(spool.updateWithDsn(mids.getFirst(), Map.of(0, recipient.with(Envelope.State.BOUNCED, 1, 0, "5.0.0", "no")), Messages.to("s@example.com"), body(1, 10)));
            var walked = new ArrayList<Long>();
            spool.forEachPending(envelope -> walked.add(envelope.mid()));
            assertThat(walked).containsExactlyElementsOf(mids.subList(1, mids.size()));
        }
    }

    @Test
    void aConsumerThatIsSlowHoldsUpNothingButChangesOfItsMessage() throws Exception {
        var mids = fill(600);
        try (var fixture = new SpoolFixture(folder)) {
            var spool = fixture.spool;
            var reached = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            var seen = new ArrayList<Long>();
            var walk = CompletableFuture.runAsync(() -> spool.forEachPending(envelope -> {
                seen.add(envelope.mid());
                if (envelope.mid() == mids.get(10)) {
                    reached.countDown();
                    awaitUninterruptibly(goOn);
                }
            }));
            reached.await();
            Messages.deliver(spool, mids.get(5));
            Messages.deliver(spool, mids.get(11));
            Messages.deliver(spool, mids.get(500));
            assertThat(Messages.await(spool.envelope(mids.get(20)))).isNotNull();
            var fresh = put(spool, body(1, 10));
            Messages.deliver(spool, fresh);
            var own = spool.amend(mids.get(10), envelope -> envelope.held(true)).toCompletableFuture();
            assertThat(own).isNotDone();
            goOn.countDown();
            Messages.await(walk);
            assertThat(Messages.await(own).held()).isTrue();
            assertThat(seen).hasSize(598).contains(mids.get(5)).doesNotContain(mids.get(11), mids.get(500));
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aWalkEndsWhenTheSpoolIsClosed() throws Exception {
        fill(3_000);
        var fixture = new SpoolFixture(folder);
        assertThatThrownBy(() -> fixture.spool.forEachPending(envelope -> fixture.close())).isInstanceOf(Spool.SpoolException.class).hasMessage("the spool is closed");
    }
}
