package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueDesk;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import dev.postern.gateway.admin.QueueSummary;
import dev.postern.gateway.admin.QueuedDestination;
import dev.postern.gateway.admin.QueuedMessage;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.plan.DestinationPlan.Limits;
import dev.postern.plan.DestinationPlan.Retry;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What administrators do to mail that a gateway is delivering. */
@Timeout(60)
class QueueDeskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private ScriptedServer server;
    private Rig rig;
    private QueueDesk desk;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
        rig = new Rig();
        desk = new QueueDesk(rig.spool, rig.delivery.queues(), rig.delivery.returns(), rig.log::add, InstantSource.system());
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
        server.close();
    }

    private List<QueueLine> ask(QueueRequest request) throws Exception {
        List<QueueLine> lines = new ArrayList<>();
        desk.handle(request, "root", lines::add);
        return lines;
    }

    private QueueSummary change(QueueRequest request) throws Exception {
        QueueLine last = ask(request).getLast();
        assertThat(last.error()).isNull();
        return last.summary();
    }

    private QueueSummary change(Verb verb, Filter filter) throws Exception {
        return change(QueueRequest.of(verb, filter));
    }

    /** The server answers this to RCPT until it is told otherwise. */
    private void answers(String reply) {
        server.script = c -> c.startsWith("RCPT") ? reply : null;
    }

    private void deliver(String... domains) {
        rig.plan(java.util.Arrays.stream(domains).map(d -> Rig.destination(d, TlsMode.Preferred, Rig.host("127.0.0.1", server.port()))).toArray(DestinationPlan[]::new));
        rig.delivery.start();
    }

    private void awaitDeferred(long mid) {
        await().atMost(PATIENCE).until(() -> rig.spool.get(mid).recipients().getFirst().attempts() == 1);
        // And back in its queue: what is tried cannot be changed.
        await().atMost(PATIENCE).until(() -> rig.delivery.queues().destinations().stream().mapToInt(Queues.Destination::underWay).sum() == 0);
    }

    @Test
    void aHeldMessageIsNotDeliveredAndOnceReleasedItIsDeliveredOnce() throws Exception {
        long mid = rig.send("a@sender.test", "b@partner.test");
        assertThat(change(Verb.HOLD, Filter.of(mid)).changed()).isEqualTo(1);
        long other = rig.send("a@sender.test", "c@partner.test");
        deliver("partner.test");
        await().atMost(PATIENCE).until(() -> rig.spool.get(other).recipients().getFirst().state() == State.DELIVERED);

        assertThat(server.mails).singleElement().satisfies(mail -> assertThat(mail.rcpts()).containsExactly("RCPT TO:<c@partner.test>"));
        assertThat(rig.spool.get(mid).held()).isTrue();
        assertThat(change(Verb.RELEASE, new Filter(null, null, null, null, null, null, true, null, null)).changed()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> rig.spool.get(mid).recipients().getFirst().state() == State.DELIVERED);
        assertThat(server.mails).hasSize(2);
        assertThat(rig.logged(MailEvent.QueueAction.class)).containsExactly(new MailEvent.QueueAction(mid, "held", "root"), new MailEvent.QueueAction(mid, "released", "root"));
    }

    @Test
    void mailForADestinationThatIsSuspendedSaysSo() throws Exception {
        var there = Rig.host("127.0.0.1", server.port());
        rig.plan(new DestinationPlan(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.None, Identity.Hosted, null), null, Limits.STANDARD, Retry.STANDARD, true,
                List.of(there), null), Rig.destination("other.test", TlsMode.None, there));
        rig.delivery.start();
        answers("450 4.2.0 later");
        long mid = rig.send("a@sender.test", "b@Partner.test", "c@other.test");
        await().atMost(PATIENCE).until(() -> rig.spool.get(mid).recipients().get(1).attempts() == 1);
        assertThat(ask(QueueRequest.of(Verb.SHOW, Filter.of(mid))).getFirst().message().recipients()).extracting(QueuedMessage.Recipient::suspended).containsExactly(true, null);
        assertThat(ask(QueueRequest.of(Verb.LIST, Filter.of(mid))).getFirst().message().recipients()).extracting(QueuedMessage.Recipient::suspended).containsExactly(true, null);
    }

    @Test
    void holdAndReleaseOfWhatIsSoAlreadyChangeNothing() throws Exception {
        long mid = rig.send("a@sender.test", "b@partner.test");
        assertThat(change(Verb.RELEASE, Filter.of(mid))).satisfies(s -> assertThat(List.of(s.matched(), s.changed(), s.unchanged())).containsExactly(1L, 0L, 1L));
        change(Verb.HOLD, Filter.of(mid));
        assertThat(change(Verb.HOLD, Filter.of(mid)).unchanged()).isEqualTo(1);
    }

    @Test
    void aDeletedMessageIsGoneAndNobodyIsTold() throws Exception {
        answers("450 4.2.0 later");
        deliver("partner.test");
        long mid = rig.send("a@sender.test", "b@partner.test");
        awaitDeferred(mid);

        assertThat(change(Verb.DELETE, Filter.of(mid))).satisfies(s -> assertThat(List.of(s.changed(), s.recipients())).containsExactly(1L, 1L));
        assertThat(rig.spool.messages()).isZero();
        assertThat(rig.delivery.queues().destinations()).allSatisfy(d -> assertThat(d.due() + d.later() + d.underWay()).isZero());
        assertThat(rig.spool.mids()).containsExactly(mid);
        assertThat(rig.logged(MailEvent.MessageFinished.class)).containsExactly(new MailEvent.MessageFinished(mid));
    }

    @Test
    void deletingByDestinationTakesOutItsRecipientsAndLeavesTheOthers() throws Exception {
        long mid = rig.send("a@sender.test", "b@gone.test", "c@partner.test");
        Filter gone = new Filter(null, "gone.test", null, null, null, null, null, null, null);
        assertThat(change(Verb.DELETE, gone)).satisfies(s -> assertThat(List.of(s.changed(), s.recipients())).containsExactly(1L, 1L));
        assertThat(rig.logged(MailEvent.MessageFinished.class)).isEmpty();
        deliver("partner.test", "gone.test");
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
        assertThat(server.mails).singleElement().satisfies(mail -> assertThat(mail.rcpts()).containsExactly("RCPT TO:<c@partner.test>"));
        assertThat(rig.spool.get(mid).recipients()).extracting(r -> r.state()).containsExactly(State.BOUNCED, State.DELIVERED);
    }

    @Test
    void whatIsReturnedTellsItsSenderOnceAndNotificationsOfNotificationsAreNotMade() throws Exception {
        rig.plan();
        long mid = rig.send("a@sender.test", "b@gone.test");
        long notice = rig.send("", "b@gone.test");
        QueueSummary done = change(QueueRequest.of(Verb.DELETE, Filter.ALL).bouncing("gone.test has ceased to exist"));

        assertThat(List.of(done.matched(), done.changed(), done.recipients())).containsExactly(2L, 2L, 2L);
        assertThat(rig.spool.mids()).hasSize(3);
        long dsn = rig.spool.mids().getLast();
        assertThat(rig.spool.get(dsn)).satisfies(e -> assertThat(e.sender()).isEmpty()).satisfies(e -> assertThat(e.recipients().getFirst().address()).isEqualTo("a@sender.test"));
        assertThat(rig.spool.body(dsn)).contains("Status: 5.7.0", "gone.test has ceased to exist");
        assertThat(rig.logged(MailEvent.BounceQueued.class)).containsExactly(new MailEvent.BounceQueued(dsn, mid));
        assertThat(rig.logged(MailEvent.MessageFinished.class)).containsExactly(new MailEvent.MessageFinished(mid), new MailEvent.MessageFinished(notice));
        deliver("sender.test");
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
        assertThat(server.mails).hasSize(1);
    }

    @Test
    void flushMakesADeferredMessageGoNow() throws Exception {
        answers("450 4.2.0 later");
        deliver("partner.test");
        long mid = rig.send("a@sender.test", "b@partner.test");
        awaitDeferred(mid);
        server.script = c -> null;

        assertThat(change(Verb.FLUSH, Filter.of(mid)).changed()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
        assertThat(server.mails).hasSize(1);
    }

    @Test
    void flushOfAMessageEndsTheRestOfADestinationThatTookNoConnection() throws Exception {
        rig.plan(Rig.destination("partner.test", TlsMode.Preferred, Rig.host("mx.test", server.port())));
        rig.delivery.start();
        long mid = rig.send("a@sender.test", "b@partner.test");
        awaitDeferred(mid);
        rig.hosts.put("mx.test", List.of(Rig.address("127.0.0.1")));

        assertThat(change(Verb.FLUSH, Filter.of(mid)).changed()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
        assertThat(server.mails).hasSize(1);
    }

    @Test
    void whatIsReroutedGoesToTheOtherServer() throws Exception {
        answers("450 4.2.0 later");
        deliver("partner.test");
        long mid = rig.send("a@sender.test", "b@partner.test");
        awaitDeferred(mid);
        try (ScriptedServer backup = new ScriptedServer()) {
            change(QueueRequest.of(Verb.REROUTE, Filter.of(mid)).via("127.0.0.1:" + backup.port()));
            change(Verb.FLUSH, Filter.of(mid));
            await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
            assertThat(backup.mails).hasSize(1);
            assertThat(server.mails).isEmpty();
        }
    }

    @Test
    void whatIsReroutedKeepsTheTlsLevelOfItsDestination() throws Exception {
        rig.plan(Rig.destination("partner.test", TlsMode.Required, Rig.host("127.0.0.1", 1)));
        rig.delivery.start();
        long mid = rig.send("a@sender.test", "b@partner.test");
        awaitDeferred(mid);
        change(QueueRequest.of(Verb.REROUTE, Filter.of(mid)).via("127.0.0.1:" + server.port()));
        change(Verb.FLUSH, Filter.of(mid));

        await().atMost(PATIENCE).until(() -> rig.spool.get(mid).recipients().getFirst().attempts() == 2);
        assertThat(rig.spool.get(mid).recipients().getFirst().lastReply()).contains("STARTTLS");
        assertThat(server.mails).isEmpty();
    }

    @Test
    void flushOfADestinationMakesItsWholeQueueGoNow() throws Exception {
        answers("450 4.2.0 later");
        deliver("partner.test", "other.test");
        long mid = rig.send("a@sender.test", "b@partner.test");
        long other = rig.send("a@sender.test", "b@other.test");
        awaitDeferred(mid);
        awaitDeferred(other);
        server.script = c -> null;

        QueueSummary done = change(Verb.FLUSH, new Filter(null, "partner.test", null, null, null, null, null, null, null));
        assertThat(List.of(done.changed(), done.destinations())).containsExactly(1L, 1L);
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 1);
        assertThat(rig.spool.get(other).recipients().getFirst().attempts()).isEqualTo(1);
    }

    @Test
    void aMessageThatIsBeingDeliveredIsLeftAloneAndSaid() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        server.script = c -> {
            if (c.startsWith("RCPT")) {
                reached.countDown();
                await().atMost(PATIENCE).until(() -> go.getCount() == 0);
            }
            return null;
        };
        deliver("partner.test");
        long mid = rig.send("a@sender.test", "b@partner.test");
        reached.await();
        for (Verb verb : List.of(Verb.DELETE, Verb.HOLD)) {
            QueueSummary done = change(verb, Filter.ALL);
            assertThat(List.of(done.matched(), done.changed(), done.underWay())).as("%s", verb).containsExactly(1L, 0L, 1L);
            assertThat(done.underWayMids()).containsExactly(mid);
        }
        go.countDown();
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
        assertThat(server.mails).hasSize(1);
        assertThat(rig.logged(MailEvent.QueueAction.class)).isEmpty();
    }

    @Test
    void aRehearsalChangesNothing() throws Exception {
        long mid = rig.send("a@sender.test", "b@partner.test");
        QueueSummary would = change(QueueRequest.of(Verb.DELETE, Filter.ALL).rehearsed(true));
        assertThat(List.of(would.matched(), would.changed())).containsExactly(1L, 1L);
        assertThat(would.dryRun()).isTrue();
        assertThat(rig.spool.get(mid).pending()).isTrue();
    }

    @Test
    void aMessageForOthersTooIsNotReroutedUnlessAsAWhole() throws Exception {
        long both = rig.send("a@sender.test", "b@partner.test", "c@other.test");
        long one = rig.send("a@sender.test", "b@partner.test");
        QueueRequest request = QueueRequest.of(Verb.REROUTE, new Filter(null, "partner.test", null, null, null, null, null, null, null)).via("relay.test:2525");

        assertThat(change(request)).satisfies(s -> assertThat(List.of(s.changed(), s.elsewhere())).containsExactly(1L, 1L));
        assertThat(rig.spool.get(one).route()).isEqualTo("relay.test:2525");
        assertThat(rig.spool.get(both).route()).isNull();
        assertThat(change(request.whole(true)).changed()).isEqualTo(1);
        assertThat(rig.spool.get(both).route()).isEqualTo("relay.test:2525");
        assertThat(change(request.whole(true).via(null)).changed()).isEqualTo(2);
        assertThat(rig.spool.get(one).route()).isNull();
    }

    @Test
    void theListHasWhatIsKnownOfEachMessageAndDestinationsWhatWaitsForThem() throws Exception {
        answers("450 4.2.0 later");
        deliver("partner.test");
        long mid = rig.send("a@sender.test", "b@partner.test");
        awaitDeferred(mid);
        List<QueueLine> lines = ask(QueueRequest.of(Verb.LIST, Filter.ALL));
        assertThat(lines).hasSize(2);
        QueuedMessage m = lines.getFirst().message();
        assertThat(m.recipients()).singleElement().satisfies(r -> assertThat(List.of(r.address(), r.state(), r.attempts(), r.status(), r.answer()))
                .containsExactly("b@partner.test", "PENDING", 1, "4.2.0", "450 4.2.0 later"));
        assertThat(List.of(m.mid(), m.sender(), m.held(), m.listener())).containsExactly(mid, "a@sender.test", false, "test");
        QueuedDestination d = ask(QueueRequest.of(Verb.DESTINATIONS, Filter.ALL)).getFirst().destination();
        assertThat(List.of(d.domain(), d.due(), d.later(), d.underWay())).containsExactly("partner.test", 0, 1, 0);
        assertThat(d.nextAttempt()).isNotNull();
    }

    @Test
    void destinationsShowWhatIsOnHoldBesideWhatWaits() throws Exception {
        answers("450 4.2.0 later");
        deliver("partner.test");
        long one = rig.send("a@sender.test", "b@partner.test");
        long other = rig.send("a@sender.test", "c@partner.test");
        awaitDeferred(one);
        awaitDeferred(other);

        assertThat(change(Verb.HOLD, Filter.of(one)).changed()).isEqualTo(1);
        assertThat(waiting()).containsExactly(tuple("partner.test", 1, 1));
        assertThat(change(Verb.HOLD, Filter.of(other)).changed()).isEqualTo(1);
        assertThat(waiting()).containsExactly(tuple("partner.test", 0, 2));
    }

    /** Domain, entries that wait for their time, and messages on hold. */
    private List<Tuple> waiting() throws Exception {
        return ask(QueueRequest.of(Verb.DESTINATIONS, Filter.ALL)).stream().map(QueueLine::destination).filter(Objects::nonNull)
                .filter(d -> d.later() + d.held() > 0).map(d -> tuple(d.domain(), d.later(), d.held())).toList();
    }

    @Test
    void contentAndHeadersAreAsTheyAreStored() throws Exception {
        String big = "Subject: big\r\nX: 1\r\n\r\n" + "0123456789\r\n".repeat(20_000);
        long mid = rig.spool.add("a@sender.test", big, 0, MemorySpool.recipient("b@partner.test"));
        assertThat(content(QueueRequest.of(Verb.CONTENT, Filter.of(mid)))).isEqualTo(big);
        assertThat(content(QueueRequest.of(Verb.HEADERS, Filter.of(mid)))).isEqualTo("Subject: big\r\nX: 1\r\n");
        String bare = "\r\nno headers\r\n";
        long none = rig.spool.add("a@sender.test", bare, 0, MemorySpool.recipient("b@partner.test"));
        assertThat(content(QueueRequest.of(Verb.HEADERS, Filter.of(none)))).isEmpty();
        assertThat(ask(QueueRequest.of(Verb.SHOW, Filter.of(999))).getLast().error()).isEqualTo("MID 999 is not in the queue");
    }

    private String content(QueueRequest request) throws Exception {
        StringBuilder all = new StringBuilder();
        ask(request).stream().filter(l -> l.content() != null).forEach(l -> all.append(new String(l.content(), java.nio.charset.StandardCharsets.ISO_8859_1)));
        return all.toString();
    }

    @Test
    void manyAreChangedInStretchesUpToTheLimit() throws Exception {
        IntStream.range(0, 600).forEach(i -> rig.send("a" + i + "@sender.test", "b@partner.test"));
        Filter some = new Filter(null, null, "sender.test", null, null, null, null, null, 300L);
        assertThat(change(Verb.HOLD, some).changed()).isEqualTo(300);
        assertThat(ask(QueueRequest.of(Verb.LIST, new Filter(null, null, null, null, null, null, true, null, null)))).hasSize(301);
    }

    @Test
    void holdersAndReleasersAtTheSameTimeLeaveNoMessageBehindNorDeliverATwice() throws Exception {
        deliver("partner.test");
        List<Long> mids = new ArrayList<>();
        List<Thread> tools = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Verb verb = t % 2 == 0 ? Verb.HOLD : Verb.RELEASE;
            tools.add(Thread.startVirtualThread(() -> {
                for (int i = 0; i < 30; i++) {
                    try {
                        change(verb, Filter.ALL);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            }));
        }
        for (int i = 0; i < 100; i++) {
            mids.add(rig.send("a" + i + "@sender.test", "b@partner.test"));
        }
        for (Thread tool : tools) {
            tool.join();
        }
        await().atMost(PATIENCE).until(() -> change(Verb.RELEASE, Filter.ALL).underWay() == 0);
        await().atMost(PATIENCE).until(() -> rig.spool.messages() == 0);
        assertThat(server.mails.stream().map(ScriptedServer.Mail::mailFrom).distinct()).hasSize(100);
        assertThat(server.mails).hasSize(100);
        assertThat(mids).hasSize(100);
    }
}
