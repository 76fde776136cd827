package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.DestinationPlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveryTest {
    private ScriptedServer server;
    private Rig rig;

    @BeforeAll
    static void patience() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
    }

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
        rig = new Rig();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
        server.close();
    }

    private DestinationPlan here(String domain) {
        return Rig.destination(domain, TlsMode.Preferred, Rig.host("127.0.0.1", server.port()));
    }

    private void startWith(DestinationPlan... plans) {
        rig.plan(plans);
        rig.delivery.start();
    }

    private Recipient settled(long mid, int rid) {
        await().until(() -> rig.spool.get(mid).recipients().get(rid).lastStatus() != null);
        return rig.spool.get(mid).recipients().get(rid);
    }

    @Test
    void recipientsOfOneDomainTravelInOneTransactionAndTheLogTellsOfIt() {
        startWith(here("partner.test"));
        long mid = rig.send("a@sender.test", "b@partner.test", "c@PARTNER.test");

        await().until(() -> !rig.logged(MailEvent.MessageFinished.class).isEmpty());

        assertThat(server.mails).singleElement().satisfies(mail -> {
            assertThat(mail.mailFrom()).isEqualTo("MAIL FROM:<a@sender.test> SIZE=25");
            assertThat(mail.rcpts()).containsExactly("RCPT TO:<b@partner.test>", "RCPT TO:<c@PARTNER.test>");
            assertThat(mail.body()).isEqualTo("Subject: test\r\n\r\n.hello\r\n");
        });
        assertThat(rig.logged(MailEvent.NewDelivery.class)).containsExactly(new MailEvent.NewDelivery(1, "127.0.0.1", "127.0.0.1", server.port()));
        assertThat(rig.logged(MailEvent.DeliveryStart.class)).containsExactly(new MailEvent.DeliveryStart(1, mid, List.of(0, 1)));
        assertThat(rig.logged(MailEvent.DeliveryDone.class)).containsExactly(new MailEvent.DeliveryDone(1, mid, List.of(0, 1), "250 2.0.0 queued"));
        assertThat(rig.logged(MailEvent.MessageFinished.class)).containsExactly(new MailEvent.MessageFinished(mid));
        assertThat(rig.metrics.counter("postern.delivery.messages", "result", "delivered").count()).isEqualTo(1);
        assertThat(rig.metrics.timer("postern.delivery.latency").count()).isEqualTo(1);
        assertThat(rig.metrics.counter("postern.delivery.tls", "mode", "Preferred", "result", "clear").count()).isEqualTo(1);
    }

    @Test
    void whatTheSpoolHeldAtStartIsDelivered() {
        rig.spool.onCommitted(null);
        long mid = rig.send("a@sender.test", "b@partner.test");
        rig.spool.onCommitted(rig.delivery::enqueue);
        startWith(here("partner.test"));

        assertThat(settled(mid, 0).state()).isEqualTo(State.DELIVERED);
    }

    @Test
    void oneConnectionCarriesManyMessagesUpToItsLimit() {
        server.extensions = List.of();
        startWith(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.None, Identity.Hosted, null), null, DestinationPlan.Limits.of(1, 5),
                List.of(Rig.host("127.0.0.1", server.port())), null));
        IntStream.range(0, 12).forEach(i -> rig.send("a@sender.test", "b@partner.test"));

        await().until(() -> server.mails.size() == 12 && rig.spool.messages() == 0);

        assertThat(server.connections).hasValue(3);
        assertThat(server.mostOpen.get()).isLessThanOrEqualTo(2);   // the last one may still be closing
    }

    @Test
    void aDomainGetsNoMoreConnectionsThanItsLimit() {
        DestinationPlan plan = DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.None, Identity.Hosted, null), null, DestinationPlan.Limits.of(3, 1000),
                List.of(Rig.host("127.0.0.1", server.port())), null);
        startWith(plan);
        IntStream.range(0, 200).forEach(i -> rig.send("a@sender.test", "b@partner.test"));

        await().until(() -> server.mails.size() == 200 && rig.spool.messages() == 0);

        assertThat(server.mostOpen).hasValueLessThanOrEqualTo(3);
    }

    @Test
    void moreThanAHundredRecipientsTakeSeveralTransactions() {
        startWith(here("partner.test"));
        long mid = rig.send("a@sender.test", IntStream.range(0, 250).mapToObj(i -> "u" + i + "@partner.test").toArray(String[]::new));

        await().until(() -> !rig.logged(MailEvent.MessageFinished.class).isEmpty());

        assertThat(server.mails).hasSize(3).extracting(m -> m.rcpts().size()).containsExactlyInAnyOrder(100, 100, 50);
        assertThat(rig.logged(MailEvent.MessageFinished.class)).containsExactly(new MailEvent.MessageFinished(mid));
    }

    @Test
    void eachRecipientGetsItsOwnAnswer() {
        server.script = c -> c.startsWith("RCPT TO:<bad@") ? "550 5.1.1 no such user" : c.startsWith("RCPT TO:<busy@") ? "450 4.2.1 busy" : null;
        startWith(here("partner.test"), here("sender.test"));
        long mid = rig.send("a@sender.test", "good@partner.test", "bad@partner.test", "busy@partner.test");

        await().until(() -> server.mails.size() == 2);

        Envelope envelope = rig.spool.get(mid);
        assertThat(envelope.recipients()).extracting(Recipient::state).containsExactly(State.DELIVERED, State.BOUNCED, State.PENDING);
        assertThat(envelope.recipients().get(2).attempts()).isEqualTo(1);
        assertThat(envelope.recipients().get(2).nextAttempt()).isGreaterThan(System.currentTimeMillis());
        assertThat(rig.logged(MailEvent.DeliveryBounced.class)).containsExactly(new MailEvent.DeliveryBounced(1, mid, List.of(1), "5.1.1", "550 5.1.1 no such user"));
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).singleElement().satisfies(d -> assertThat(d.rids()).containsExactly(2));
        Mail bounce = server.mails.stream().filter(m -> m.mailFrom().startsWith("MAIL FROM:<>")).findFirst().orElseThrow();
        assertThat(bounce.rcpts()).containsExactly("RCPT TO:<a@sender.test>");
        assertThat(bounce.body()).contains("Final-Recipient: rfc822; bad@partner.test\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; 127.0.0.1\r\n"
                + "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n").contains("Subject: test\r\n").doesNotContain("hello").doesNotContain("busy@");
        assertThat(rig.logged(MailEvent.BounceQueued.class)).containsExactly(new MailEvent.BounceQueued(mid + 1, mid));
    }

    @Test
    void aBounceOfABounceIsNotMade() {
        server.script = c -> c.startsWith("RCPT") ? "550 5.1.1 no such user" : null;
        startWith(here("partner.test"));
        long mid = rig.send("", "b@partner.test");

        assertThat(settled(mid, 0).state()).isEqualTo(State.BOUNCED);
        assertThat(rig.spool.mids()).containsExactly(mid);
    }

    @Test
    void recipientsBeyondWhatTheServerTakesAtOnceFollowAtOnce() {
        AtomicInteger taken = new AtomicInteger();
        server.script = c -> {
            if (c.startsWith("MAIL")) {
                taken.set(0);
            }
            return c.startsWith("RCPT") && taken.incrementAndGet() > 2 ? "452 4.5.3 too many recipients" : null;
        };
        startWith(here("partner.test"));
        long mid = rig.send("a@sender.test", "1@partner.test", "2@partner.test", "3@partner.test", "4@partner.test", "5@partner.test");

        await().until(() -> !rig.spool.get(mid).pending());

        assertThat(server.mails).extracting(m -> m.rcpts().size()).containsExactly(2, 2, 1);
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).isEmpty();
    }

    @Test
    void theNextHostGetsWhatTheFirstDoesNotTake() throws Exception {
        for (String wrong : List.of("421 4.3.2 full", "554 5.7.1 go away", "no SMTP here")) {
            try (ScriptedServer second = new ScriptedServer(); Rig own = new Rig()) {
                server.greeting = wrong;
                own.plan(Rig.destination("partner.test", TlsMode.None, new DestinationPlan.Host("127.0.0.1", server.port(), 10),
                        new DestinationPlan.Host("127.0.0.1", second.port(), 20)));
                own.delivery.start();
                long mid = own.send("a@sender.test", "b@partner.test");

                await().until(() -> !own.spool.get(mid).pending());

                assertThat(second.mails).hasSize(1);
                assertThat(own.logged(MailEvent.ConnectionError.class)).hasSize(1);
                assertThat(own.logged(MailEvent.DeliveryClosed.class)).contains(new MailEvent.DeliveryClosed(1));
            }
        }
        assertThat(server.mails).isEmpty();
    }

    @Test
    void aConnectionLostBeforeTheMessageWasTakenLeadsToTheNextHost() throws Exception {
        try (ScriptedServer second = new ScriptedServer()) {
            server.script = c -> c.startsWith("DATA") ? "CLOSE" : null;
            startWith(Rig.destination("partner.test", TlsMode.None, new DestinationPlan.Host("127.0.0.1", server.port(), 10),
                    new DestinationPlan.Host("127.0.0.1", second.port(), 20)));
            long mid = rig.send("a@sender.test", "b@partner.test");

            await().until(() -> !rig.spool.get(mid).pending());

            assertThat(second.mails).hasSize(1);
        }
    }

    @Test
    void aMessageInDoubtIsNotSentToTheNextHostButLater() throws Exception {
        try (ScriptedServer second = new ScriptedServer()) {
            server.script = c -> c.equals(".") ? "CLOSE" : null;
            startWith(Rig.destination("partner.test", TlsMode.None, new DestinationPlan.Host("127.0.0.1", server.port(), 10),
                    new DestinationPlan.Host("127.0.0.1", second.port(), 20)));
            long mid = rig.send("a@sender.test", "b@partner.test");

            assertThat(settled(mid, 0)).satisfies(r -> {
                assertThat(r.state()).isEqualTo(State.PENDING);
                assertThat(r.lastStatus()).isEqualTo("4.4.2");
                assertThat(r.lastReply()).contains("after the whole message was sent");
            });
            assertThat(second.connections).hasValue(0);
        }
    }

    @Test
    void aServerThatClosesAfterEachMessageIsNoFailure() {
        server.script = c -> c.startsWith("MAIL") && server.mails.size() > 0 && server.commands.getLast().equals(c)
                && server.connections.get() == server.mails.size() ? "421 4.7.0 one message a connection" : null;
        startWith(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.None, Identity.Hosted, null), null, DestinationPlan.Limits.of(1, 100),
                List.of(Rig.host("127.0.0.1", server.port())), null));
        IntStream.range(0, 4).forEach(i -> rig.send("a@sender.test", "b@partner.test"));

        await().until(() -> server.mails.size() == 4);

        assertThat(server.connections).hasValue(4);
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).isEmpty();
    }

    @Test
    void aDeadDomainRestsAsAWholeAndCostsTheOthersNothing() throws Exception {
        int dead;
        try (ScriptedServer gone = new ScriptedServer()) {
            dead = gone.port();
        }
        startWith(Rig.destination("dead.test", TlsMode.None, Rig.host("127.0.0.1", dead)), here("partner.test"));
        List<Long> stuck = IntStream.range(0, 50).mapToObj(i -> rig.send("a@sender.test", "b@dead.test")).toList();
        IntStream.range(0, 50).forEach(i -> rig.send("a@sender.test", "b@partner.test"));

        await().until(() -> server.mails.size() == 50);
        settled(stuck.getFirst(), 0);

        assertThat(rig.logged(MailEvent.ConnectionError.class).stream().filter(e -> e.domain().equals("dead.test")).count()).isEqualTo(1);
        assertThat(settled(stuck.getFirst(), 0).lastStatus()).isEqualTo("4.4.1");
    }

    @Test
    void mailIsTriedAgainOnItsScheduleUntilTheServerTakesIt() {
        AtomicInteger asked = new AtomicInteger();
        server.script = c -> c.startsWith("RCPT") && asked.incrementAndGet() <= 2 ? "451 4.3.0 not now" : null;
        rig.settings = Rig.settings(1, 1, 1000);
        startWith(here("partner.test"));
        long mid = rig.send("a@sender.test", "b@partner.test");

        await().until(() -> !rig.spool.get(mid).pending());

        assertThat(rig.spool.get(mid).recipients().getFirst()).satisfies(r -> {
            assertThat(r.state()).isEqualTo(State.DELIVERED);
            assertThat(r.attempts()).isEqualTo(2);
        });
    }

    @Test
    void mailThatIsTooOldBouncesWithTheTlsReason() {
        startWith(Rig.destination("partner.test", TlsMode.Required, Rig.host("127.0.0.1", server.port())), here("sender.test"));
        long mid = rig.spool.add("a@sender.test", "Subject: old\r\n\r\nx\r\n", System.currentTimeMillis() - Duration.ofDays(5).toMillis(),
                MemorySpool.recipient("b@partner.test").with(State.PENDING, Expiry.ATTEMPTS, 0, null, null));

        await().until(() -> server.mails.size() == 1);

        assertThat(rig.spool.get(mid).recipients().getFirst().lastStatus()).isEqualTo("5.4.7");
        assertThat(server.mails.getFirst().body()).contains("Status: 5.4.7\r\n").contains("Diagnostic-Code: x-postern; delivery time expired; last error: 4.7.4 TLS was required "
                + "but failed with 127.0.0.1: STARTTLS not offered\r\n");
        assertThat(rig.alerts).hasSize(1);
    }

    @Test
    void heldMailWaitsWithoutAConnectionAndFlowsOnceTheHoldIsGone() {
        DestinationPlan plan = here("partner.test");
        startWith(DestinationPlan.of(Rig.CONTROL, plan.destinations(), false, plan.tls(), null, DestinationPlan.Limits.of(20, 100), plan.route(), "the trust bundle is missing"));
        long mid = rig.send("a@sender.test", "b@partner.test");
        assertThat(settled(mid, 0)).satisfies(r -> {
            assertThat(r.lastStatus()).isEqualTo("4.7.0");
            assertThat(r.lastReply()).isEqualTo("held: the trust bundle is missing");
        });
        assertThat(server.connections).hasValue(0);

        rig.plan(plan);

        await().until(() -> !rig.spool.get(mid).pending());
        assertThat(server.mails).hasSize(1);
    }

    @Test
    void aNewLevelHoldsForTheNextMessageOnAnOpenConnectionToo() throws Exception {
        rig.close();
        rig = new Rig(new DeliveryOptions(50, 100, Duration.ofSeconds(60), Timeouts.all(Duration.ofSeconds(10))));
        startWith(here("partner.test"));
        long first = rig.send("a@sender.test", "b@partner.test");
        await().until(() -> !rig.spool.get(first).pending());

        rig.plan(Rig.destination("partner.test", TlsMode.Required, Rig.host("127.0.0.1", server.port())));
        long second = rig.send("a@sender.test", "b@partner.test");

        assertThat(settled(second, 0).state()).isEqualTo(State.PENDING);
        assertThat(server.mails).hasSize(1);
        assertThat(rig.alerts).extracting(a -> a.reason()).containsExactly("NotOffered");
    }

    @Test
    void aConnectionWaitsForTheNextMessage() throws Exception {
        rig.close();
        rig = new Rig(new DeliveryOptions(50, 100, Duration.ofSeconds(60), Timeouts.all(Duration.ofSeconds(10))));
        startWith(here("partner.test"));
        for (int i = 0; i < 5; i++) {
            long mid = rig.send("a@sender.test", "b@partner.test");
            await().until(() -> !rig.spool.get(mid).pending());
        }
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void resumedTlsSessionsAreVerifiedAsTheFirst() throws Exception {
        TestPki.Identity root = TestPki.issue(Request.ca("Root"), null);
        server.tls = ScriptedServer.Tls.OFFERED;
        server.identity = TestPki.issue(Request.server("x", "partner.test"), root).serverContext();
        rig.bundles = Map.of("ca/ca.crt", root.pem());
        startWith(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.RequiredVerify, Identity.Destination, "ca/ca.crt"), null, DestinationPlan.Limits.of(1, 1),
                List.of(Rig.host("127.0.0.1", server.port())), null));
        for (int i = 0; i < 5; i++) {
            long mid = rig.send("a@sender.test", "b@partner.test");
            await().until(() -> !rig.spool.get(mid).pending());
        }
        assertThat(server.connections).hasValue(5);
        assertThat(rig.alerts).isEmpty();
        assertThat(rig.logged(MailEvent.DeliveryTls.class)).hasSize(5).allSatisfy(t -> assertThat(t.verified()).isTrue());
    }

    @Test
    void whatDnsSaysDecides() {
        rig.failures.put("gone.test", Kind.NOT_FOUND);
        rig.failures.put("null.test", Kind.NULL_MX);
        rig.failures.put("servfail.test", Kind.TEMPORARY);
        rig.mx.put("loop.test", List.of(new Dns.Mx(10, "gateway.test"), new Dns.Mx(20, "backup.test")));
        rig.mx.put("dangling.test", List.of(new Dns.Mx(10, "nowhere.test")));
        startWith(here("sender.test"));
        Map<String, String> expected = Map.of("gone.test", "5.1.2", "null.test", "5.1.10", "servfail.test", "4.4.3", "loop.test", "5.4.6", "dangling.test", "5.4.4",
                "[nonsense]", "5.1.3", "straße.test", "5.1.2");
        expected.forEach((domain, status) -> {
            long mid = rig.send("a@sender.test", "b@" + domain);
            assertThat(settled(mid, 0).lastStatus()).as(domain).isEqualTo(status);
        });
    }

    @Test
    void aBodyThatCannotBeReadIsDelayedAndNothingArrives() {
        startWith(here("partner.test"));
        rig.spool.bodiesFail(true);
        long mid = rig.send("a@sender.test", "b@partner.test");

        assertThat(settled(mid, 0).lastStatus()).isEqualTo("4.3.0");
        assertThat(server.mails).isEmpty();
    }

    @Test
    void aLargeBodyArrivesWhole() {
        StringBuilder body = new StringBuilder("Subject: big\r\n\r\n");
        for (int i = 0; i < 40_000; i++) {
            body.append(i % 7 == 0 ? "." : "").append("line ").append(i).append(" of the body\r\n");
        }
        startWith(here("partner.test"));
        rig.spool.add("a@sender.test", body.toString(), System.currentTimeMillis(), MemorySpool.recipient("b@partner.test"));

        await().until(() -> server.mails.size() == 1);

        assertThat(server.mails.getFirst().body()).isEqualTo(body.toString());
    }

    @Test
    void successIsReportedWhereTheNextServerWillNotAndIsAskedOfTheOneThatWill() {
        startWith(here("partner.test"), here("sender.test"));
        Recipient asks = new Recipient("b@partner.test", State.PENDING, 0, 0, null, null, "SUCCESS,FAILURE", "rfc822;B+2Bx@partner.test");
        Envelope envelope = new Envelope(0, System.currentTimeMillis(), "a@sender.test", 0, true, false, "HDRS", "id+2B1", "test", List.of(asks));
        rig.spool.add(envelope, "Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
        await().until(() -> server.mails.size() == 1 && rig.spool.messages() == 0);
        assertThat(server.mails.getFirst().mailFrom()).isEqualTo("MAIL FROM:<a@sender.test> SIZE=17 BODY=8BITMIME RET=HDRS ENVID=id+2B1");
        assertThat(server.mails.getFirst().rcpts()).containsExactly("RCPT TO:<b@partner.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;B+2Bx@partner.test");

        server.extensions = List.of();
        await().until(() -> server.open.get() == 0);
        rig.spool.add(envelope, "Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
        await().until(() -> server.mails.size() == 3);

        assertThat(server.mails.get(1).mailFrom()).isEqualTo("MAIL FROM:<a@sender.test>");
        assertThat(server.mails.get(2).body()).contains("Action: relayed\r\n").contains("Original-Recipient: rfc822; B+x@partner.test\r\n")
                .contains("Original-Envelope-Id: id+1\r\n");
    }

    @Test
    void stoppingLeavesWhatIsUnderWayPendingAndRaisesNoAlert() throws Exception {
        server.tls = ScriptedServer.Tls.STALL_AFTER_220;
        startWith(Rig.destination("partner.test", TlsMode.Required, Rig.host("127.0.0.1", server.port())));
        long mid = rig.send("a@sender.test", "b@partner.test");
        await().until(() -> server.commands.contains("STARTTLS"));

        rig.delivery.stop(Duration.ofMillis(50));

        assertThat(rig.spool.get(mid).recipients().getFirst()).isEqualTo(MemorySpool.recipient("b@partner.test"));
        assertThat(rig.alerts).isEmpty();
    }

    @Test
    void stoppingLetsATransactionEnd() throws Exception {
        server.script = c -> {
            if (c.equals(".")) {
                await().until(() -> rig.log.stream().anyMatch(MailEvent.Notice.class::isInstance));
            }
            return null;
        };
        startWith(here("partner.test"));
        long mid = rig.send("a@sender.test", "b@partner.test");
        await().until(() -> server.commands.contains("DATA"));
        Thread stopping = Thread.ofVirtual().start(() -> {
            try {
                rig.delivery.stop(Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        rig.log.add(new MailEvent.Notice(MailEvent.Level.Info, "go on"));
        stopping.join();

        assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.DELIVERED);
    }
}
