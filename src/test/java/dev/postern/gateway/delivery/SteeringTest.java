package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.Per;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan.Limits;
import dev.postern.plan.DestinationPlan.Rate;
import dev.postern.plan.DestinationPlan.Retry;
import dev.postern.plan.DestinationPlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits, and why: dead and suspended destinations, limits, mail on hold and by another way. */
class SteeringTest {
    private static final long AGE = Duration.ofHours(5).toMillis();

    private ScriptedServer server;
    private Rig rig;
    private int dead;

    @BeforeAll
    static void patience() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
    }

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer();
        rig = new Rig();
        try (ScriptedServer gone = new ScriptedServer()) {
            dead = gone.port();
        }
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
        server.close();
    }

    private DestinationPlan plan(String domain, int port, Limits limits, Retry retry, boolean suspended) {
        return new DestinationPlan(Rig.CONTROL, List.of(domain), false, DestinationPlan.Tls.of(TlsMode.None, Identity.Hosted, null), null, limits, retry, suspended,
                List.of(Rig.host("127.0.0.1", port)), null);
    }

    private DestinationPlan here(String domain) {
        return plan(domain, server.port(), Limits.STANDARD, Retry.STANDARD, false);
    }

    private void startWith(DestinationPlan... plans) {
        rig.plan(plans);
        rig.delivery.start();
    }

    private long old(String notify) {
        Envelope envelope = new Envelope(0, System.currentTimeMillis() - AGE, "a@sender.test", 0, false, false, null, null, "test",
                List.of(new Recipient("b@dead.test", State.PENDING, 0, System.currentTimeMillis() - AGE, null, null, notify, null)));
        return rig.spool.add(envelope, "Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private Queues.Destination waiting(String domain) {
        return rig.delivery.queues().destinations().stream().filter(d -> d.domain().equals(domain)).findFirst().orElse(null);
    }

    @Test
    void aDeadDestinationIsFoundOutByOneMessageAndTheOthersStayAsTheyAre() {
        startWith(plan("dead.test", dead, Limits.STANDARD, Retry.STANDARD, false));
        List<Long> all = IntStream.range(0, 200).mapToObj(i -> rig.send("a@sender.test", "b@dead.test")).toList();

        await().until(() -> !rig.logged(MailEvent.DeliveryDelayed.class).isEmpty() && waiting("dead.test").underWay() == 0);

        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).hasSize(1);
        assertThat(all.stream().filter(mid -> rig.spool.get(mid).recipients().getFirst().attempts() > 0)).hasSize(1);
        assertThat(waiting("dead.test")).satisfies(d -> {
            assertThat(d.due() + d.later()).isEqualTo(200);
            assertThat(d.failure()).startsWith("4.4.1 127.0.0.1");
            assertThat(d.nextAttempt()).isGreaterThan(System.currentTimeMillis());
        });
    }

    @Test
    void oldMailOfADestinationThatRestsBouncesOnceTheDestinationWasTriedAsOftenAsItsScheduleAsks() {
        Retry quick = new Retry(1, 1, 2);
        startWith(plan("dead.test", dead, Limits.STANDARD, quick, false), here("sender.test"));
        long mid = old(null);
        long other = old(null);

        await().until(() -> {
            rig.delivery.sweepAges();
            return Stream.of(mid, other).allMatch(m -> rig.spool.get(m).recipients().getFirst().state() == State.BOUNCED);
        });

        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).hasSizeGreaterThanOrEqualTo(Expiry.attempts(quick) - 1);
        await().until(() -> server.mails.size() == 2);
        assertThat(server.mails).allMatch(mail -> mail.body().contains("Status: 5.4.7\r\n")
                && mail.body().contains("delivery time expired; last error: 4.4.1 127.0.0.1"));
        assertThat(rig.logged(MailEvent.MessageFinished.class)).extracting(MailEvent.MessageFinished::mid).contains(mid, other);
    }

    @Test
    void whoAskedIsToldOnceOfADelayAlthoughNothingIsTried() throws Exception {
        startWith(plan("dead.test", dead, Limits.STANDARD, Retry.STANDARD, true), here("sender.test"));
        long mid = old("DELAY,FAILURE");
        long silent = old(null);

        rig.delivery.sweepAges();
        await().until(() -> server.mails.size() == 1 && rig.delivery.queues().destinations().stream().mapToInt(d -> d.due() + d.later()).sum() == 2);
        rig.delivery.sweepAges();

        assertThat(server.mails).singleElement().satisfies(mail -> assertThat(mail.body()).contains("Action: delayed\r\n").contains("delivery to dead.test is suspended"));
        assertThat(List.of(mid, silent)).allSatisfy(each -> assertThat(rig.spool.get(each).recipients().getFirst()).satisfies(r -> {
            assertThat(r.state()).isEqualTo(State.PENDING);
            assertThat(r.attempts()).isZero();
        }));
    }

    @Test
    void suspendedMailWaitsWithoutAnAttemptAndFlowsOnceItIsResumed() {
        startWith(plan("partner.test", server.port(), Limits.STANDARD, Retry.STANDARD, true));
        long mid = rig.send("a@sender.test", "b@partner.test");
        assertThat(waiting("partner.test")).satisfies(d -> {
            assertThat(d.suspended()).isTrue();
            assertThat(d.due()).isEqualTo(1);
            assertThat(d.nextAttempt()).isEqualTo(Long.MAX_VALUE);
        });
        assertThat(rig.spool.get(mid).recipients().getFirst().lastStatus()).isNull();

        rig.plan(here("partner.test"));

        await().until(() -> server.mails.size() == 1);
    }

    @Test
    void aRateOfRecipientsThatIsUsedUpLetsMailWaitWithoutAFailure() {
        for (Per per : Per.values()) {
            int before = server.mails.size();
            String domain = per.name().toLowerCase(Locale.ROOT) + ".test";
            DestinationPlan plan = plan(domain, server.port(), new Limits(5, 100, new Rate(20, 60), per), Retry.STANDARD, false);
            if (per == Per.values()[0]) {
                startWith(plan);
            } else {
                rig.plan(plan);
            }
            IntStream.range(0, 5).forEach(i -> rig.send("a@sender.test", "b@" + domain));

            await().until(() -> server.mails.size() == before + 2 && waiting(domain).limited() != null && waiting(domain).due() == 3);

            assertThat(waiting(domain).limited()).isEqualTo("20 recipients in 60 minutes");
            assertThat(waiting(domain).nextAttempt()).isGreaterThan(System.currentTimeMillis());
            assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).isEmpty();
        }
    }

    @Test
    void aMessageWithMoreRecipientsThanTheRateLeavesGoesInParts() {
        startWith(plan("partner.test", server.port(), new Limits(5, 100, new Rate(30, 60), Per.Destination), Retry.STANDARD, false));
        long mid = rig.send("a@sender.test", "1@partner.test", "2@partner.test", "3@partner.test", "4@partner.test");

        await().until(() -> rig.spool.get(mid).recipients().stream().filter(r -> r.state() == State.DELIVERED).count() == 3);

        assertThat(server.mails.getFirst().rcpts()).hasSize(3);
        assertThat(waiting("partner.test").due()).isEqualTo(1);
    }

    @Test
    void connectionsToAnAddressAreCountedOverAllDomains() {
        Limits limits = new Limits(2, 100, null, Per.Address);
        startWith(IntStream.range(0, 6).mapToObj(i -> plan("d" + i + ".test", server.port(), limits, Retry.STANDARD, false)).toArray(DestinationPlan[]::new));
        IntStream.range(0, 120).forEach(i -> rig.send("a@sender.test", "b@d" + i % 6 + ".test"));

        await().until(() -> server.mails.size() == 120 && rig.spool.messages() == 0);

        assertThat(server.mostOpen.get()).isLessThanOrEqualTo(3);   // one may still be closing
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).isEmpty();
    }

    @Test
    void aMessageOnHoldIsInNoQueueUntilItIsBroughtBack() {
        startWith(here("partner.test"));
        Envelope held = new Envelope(0, System.currentTimeMillis(), "a@sender.test", 0, false, false, null, null, "test", List.of(MemorySpool.recipient("b@partner.test"))).held(true);
        long mid = rig.spool.add(held, "Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(waiting("partner.test")).isNull();
        Envelope released = rig.spool.amend(mid, e -> e.held(false)).toCompletableFuture().join();

        rig.delivery.queues().enqueue(released);
        assertThat(waiting("partner.test")).as("only what was withdrawn is brought back").isNull();
        assertThat(rig.delivery.queues().withdraw(Set.of(mid))).isEmpty();
        rig.delivery.queues().enqueue(released);
        rig.delivery.queues().enqueue(released);

        await().until(() -> !rig.logged(MailEvent.MessageFinished.class).isEmpty());
        assertThat(server.mails).hasSize(1);
    }

    @Test
    void aMessageWithAWayOfItsOwnGoesThereAndSharesNoFailureWithItsDomain() {
        startWith(plan("dead.test", dead, Limits.STANDARD, Retry.STANDARD, false));
        long stuck = rig.send("a@sender.test", "b@dead.test");
        await().until(() -> rig.spool.get(stuck).recipients().getFirst().lastStatus() != null);
        assertThat(rig.delivery.queues().withdraw(Set.of(stuck))).isEmpty();

        rig.delivery.queues().enqueue(rig.spool.amend(stuck, e -> {
            Recipient r = e.recipients().getFirst();
            return e.via("127.0.0.1:" + server.port()).withRecipients(List.of(r.with(State.PENDING, r.attempts(), 0, r.lastStatus(), r.lastReply())));
        }).toCompletableFuture().join());

        await().until(() -> !rig.spool.get(stuck).pending());
        assertThat(server.mails).hasSize(1);
    }
}
