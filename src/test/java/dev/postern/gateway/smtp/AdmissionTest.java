package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.RejectAt;
import dev.postern.gateway.report.MailEvent;
import dev.postern.plan.ListenerPlan.RecipientRule;
import dev.postern.plan.PolicyPlan;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may send what, over a real connection: DNS lists, delayed rejection, limits by the hour, texts. */
class AdmissionTest {
    private static final String SENDER_OK = "250 2.1.0 sender <a@sender.test> ok";
    private static final String REJECTED = "550 5.1.0 Address rejected.";

    @Test
    void aDnsListThatHasTheClientDecidesAndIsNamedInLogAndAnswer() {
        try (var fixture = new ServerFixture(p -> {
            p.first = List.of(new TestPlan.Group("BLOCKED", List.of("dnslist[zen.test]"), rejecting(p, "Listed, see $HATEntry of $Group for $RemoteIP ($Hostname), $5", RejectAt.Greeting)));
        })) {
            fixture.listed = name -> CompletableFuture.completedFuture(name.equals("1.0.0.127.zen.test") ? List.of(InetAddress.ofLiteral("127.0.0.2")) : List.of());
            try (var client = fixture.client()) {
                client.expect("554 5.7.1 Listed, see dnslist[zen.test] of BLOCKED for 127.0.0.1 (unknown), $5");
            }
            assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).containsExactly(new MailEvent.SenderGroupMatch(1, "REJECT", "BLOCKED", "dnslist[zen.test]"));
            fixture.listed = name -> CompletableFuture.completedFuture(List.of());
            try (var client = fixture.ehlo()) {
                assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).last().isEqualTo(new MailEvent.SenderGroupMatch(2, "ACCEPT", "everyone", "127.0.0.1"));
            }
        }
    }

    @Test
    void aDnsListThatCannotDecideAnyMoreIsNotAsked() {
        try (var fixture = new ServerFixture(p -> {
            p.senders = List.of("partner.test");
            p.first = List.of(new TestPlan.Group("ONE", List.of("dnslist[late.test]"), rejecting(p, null, RejectAt.Greeting)));
            p.first = List.of(new TestPlan.Group("PARTNER", List.of("mx.partner.test"), p.policy("partner", Behavior.Accept, PolicyPlan.Tls.of(p.tls), 1000, 10)), p.first.getFirst());
        })) {
            fixture.confirmedName = CompletableFuture.completedFuture(Optional.of("mx.partner.test"));
            fixture.listed = name -> {
                throw new AssertionError(name + " is asked for");
            };
            try (var client = fixture.ehlo()) {
                client.command("NOOP", "250 2.0.0 ok");
            }
        }
    }

    @Test
    void aDnsListThatIsBrokenKeepsNobodyOut() {
        try (var fixture = new ServerFixture(p -> p.first = List.of(new TestPlan.Group("BLOCKED", List.of("dnslist[zen.test]"), rejecting(p, null, RejectAt.Greeting))))) {
            fixture.listed = name -> CompletableFuture.failedFuture(new IllegalStateException("SERVFAIL"));
            for (int i = 0; i < 2; i++) {
                fixture.ehlo().close();
            }
            assertThat(fixture.logged(MailEvent.Notice.class)).hasSize(1);
        }
    }

    @Test
    void aClientRejectedAtItsRecipientsIsHeardOutAndTheLogSaysWhoWroteToWhom() {
        try (var fixture = new ServerFixture(rejected("Go away, $Group")); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
            client.command("RCPT TO:<b@example.com>", "554 5.7.1 Go away, everyone");
            client.command("RCPT TO:<c@example.com>", "554 5.7.1 Go away, everyone");
            client.command("DATA", "554 5.5.1 no valid recipients");
            client.send("BDAT 2 LAST\r\nxx");
            client.expect("554 5.5.1 no valid recipients");
            client.command("RSET", "250 2.0.0 reset");
            client.command("MAIL FROM:<>", "250 2.1.0 sender <> ok");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            await().until(() -> fixture.log.getLast() instanceof MailEvent.InboundClosed);
            assertThat(fixture.log.subList(1, fixture.log.size())).containsExactly(new MailEvent.SenderGroupMatch(1, "REJECT", "everyone", "127.0.0.1"),
                    new MailEvent.DelayedReject(1, "127.0.0.1"), new MailEvent.DelayedRejectSender(1, "a@sender.test", "127.0.0.1"),
                    new MailEvent.DelayedRejectRecipient(1, "b@example.com", "127.0.0.1"), new MailEvent.DelayedRejectRecipient(1, "c@example.com", "127.0.0.1"),
                    new MailEvent.DelayedRejectSender(1, "", "127.0.0.1"), new MailEvent.InboundClosed(1));
            assertThat(fixture.spool.open()).isZero();
            assertThat(fixture.spool.messages).isEmpty();
            assertThat(fixture.count("postern.inbound.rejected", "reason", "HostAccess")).isEqualTo(1);
            assertThat(fixture.count("postern.inbound.rejected", "reason", "DelayedReject")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"Public, EHLO", "Private, EHLO", "Public, HELO", "Private, HELO"})
    void aClientRejectedAtItsRecipientsNeverGetsAnyMailIn(Type type, String hello) {
        try (var fixture = new ServerFixture(rejected(null).andThen(p -> p.type = type)); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            client.send(hello + " x\r\n");
            client.reply();
            client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
            client.command("RCPT TO:<b@example.com>", "554 5.7.1 Your access to this mail system has been rejected.");
            client.command("RCPT TO:<Postmaster>", "554 5.7.1 Your access to this mail system has been rejected.");
            client.command("DATA", "554 5.5.1 no valid recipients");
            assertThat(fixture.spool.messages).isEmpty();
        }
    }

    @Test
    void recipientsByTheHourAreBoundedOverConnectionsAndTheHourPasses() {
        try (var fixture = new ServerFixture(limits(2, null, false))) {
            for (String recipient : List.of("one", "two")) {
                try (var client = fixture.ehlo()) {
                    client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
                    client.command("RCPT TO:<x@elsewhere.test>", REJECTED);
                    client.command("RCPT TO:<" + recipient + "@example.com>", "250 2.1.5 recipient <" + recipient + "@example.com> ok");
                }
            }
            try (var client = fixture.ehlo()) {
                client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
                client.command("RCPT TO:<b@example.com>", "452 4.7.1 Too many recipients received this hour");
                client.command("DATA", "554 5.5.1 no valid recipients");
                assertThat(fixture.logged(MailEvent.RecipientRejected.class)).last().isEqualTo(new MailEvent.RecipientRejected(3, "b@example.com", "Rejected by rate limit: 2 recipients an hour"));
                fixture.now = fixture.now.plus(Duration.ofMinutes(66));
                client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            }
            assertThat(fixture.count("postern.inbound.rejected", "reason", "RecipientsPerHour")).isEqualTo(1);
        }
    }

    @Test
    void recipientsByTheHourBoundRelayToo() {
        try (var fixture = new ServerFixture(limits(1, null, false).andThen(p -> p.behavior = Behavior.Relay)); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
            client.command("RCPT TO:<b@where.test>", "250 2.1.5 recipient <b@where.test> ok");
            client.command("RCPT TO:<c@where.test>", "452 4.7.1 Too many recipients received this hour");
        }
    }

    @Test
    void aHarvesterIsDroppedAndLearnsNothingMoreThatHour() {
        try (var fixture = new ServerFixture(limits(null, 2, true))) {
            try (var client = fixture.ehlo()) {
                client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
                client.command("RCPT TO:<x@elsewhere.test>", REJECTED);
                client.command("RCPT TO:<y@elsewhere.test>", REJECTED);
                client.command("RCPT TO:<z@elsewhere.test>", "550 5.7.1 Too many invalid recipients");
                client.expectClosed();
            }
            try (var client = fixture.ehlo()) {
                client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
                client.send("RCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\n");
                client.expect("550 5.7.1 Too many invalid recipients");
                client.expectClosed();
            }
            assertThat(fixture.logged(MailEvent.HarvestAttack.class)).containsExactly(
                    new MailEvent.HarvestAttack(1, "127.0.0.1", null, 2, "everyone", "public", "z@elsewhere.test", true),
                    new MailEvent.HarvestAttack(2, "127.0.0.1", null, 2, "everyone", "public", "b@example.com", true));
            assertThat(fixture.count("postern.inbound.rejected", "reason", "InvalidRecipients")).isEqualTo(2);
            fixture.now = fixture.now.plus(Duration.ofMinutes(66));
            fixture.transaction().close();
        }
    }

    @Test
    void aHarvesterThatIsNotDroppedIsAnsweredAlikeForAllRecipients() {
        try (var fixture = new ServerFixture(limits(null, 0, false)); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
            client.command("RCPT TO:<b@example.com>", "250 2.1.5 recipient <b@example.com> ok");
            client.command("RCPT TO:<x@elsewhere.test>", "550 5.7.1 Too many invalid recipients");
            client.command("RCPT TO:<b@example.com>", "550 5.7.1 Too many invalid recipients");
            client.command("DATA", "354 go ahead");
            client.command("x\r\n.", "250 2.0.0 ok:  Message 1 accepted");
        }
    }

    @Test
    void anEntryMayRejectInItsOwnWords() {
        try (var fixture = new ServerFixture(p -> p.rules = List.of(new RecipientRule(List.of("gone@example.com"), Access.Reject, "Nobody of that name"),
                new RecipientRule(List.of("old@example.com"), Access.Reject, "5.1.6 has moved"))); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@sender.test>", SENDER_OK);
            client.command("RCPT TO:<Gone@example.com>", "550 5.1.0 Nobody of that name");
            client.command("RCPT TO:<old@example.com>", "550 5.1.6 has moved");
            client.command("RCPT TO:<x@elsewhere.test>", REJECTED);
        }
    }

    @Test
    void theBannerIsThePolicysWithItsVariables() {
        try (var fixture = new ServerFixture(refined(p -> new PolicyPlan(p.resource(), p.behavior(), p.tls(), p.limits(), p.authentication(), p.rejection(), p.tarpit(),
                "no spam here, $remoteip of $Group, $Groups"))); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP no spam here, 127.0.0.1 of everyone, $Groups");
        }
    }

    @ParameterizedTest
    @CsvSource({"Relay, Private", "Relay, Public", "Accept, Public"})
    void whereALoginIsRequiredNoMailIsTakenWithoutOne(Behavior behavior, Type type) {
        try (var fixture = new ServerFixture(refined(p -> new PolicyPlan(p.resource(), p.behavior(), p.tls(), p.limits(), Authentication.Require, p.rejection(), null, null)).andThen(p -> {
            p.behavior = behavior;
            p.type = type;
        })); var client = fixture.ehlo()) {
            client.send("MAIL FROM:<a@sender.test>\r\n");
            assertThat(client.reply().getFirst()).startsWith("530 ");
            client.send("RCPT TO:<b@example.com>\r\n");
            assertThat(client.reply().getFirst()).startsWith("530 ");
            assertThat(fixture.spool.open()).isZero();
        }
    }

    @Test
    void aLoginTurnsADelayedRejectionAround() {
        try (var fixture = new ServerFixture(rejected("Go away"))) {
            var listener = fixture.holder.current().listeners().get("public");
            var address = InetAddress.ofLiteral("127.0.0.1");
            Client client = new Client(1, address, null, Set.of(), fixture.holder.current(), listener, listener.hostAccess().find(address, null).orElseThrow(), null);
            AtomicBoolean loggedIn = new AtomicBoolean();
            Admission admission = new Admission(fixture.services, new ListenerMetrics(fixture.meters, "other"), () -> client, loggedIn::get);
            assertThat(admission.rejectsAll()).isTrue();
            assertThat(admission.recipient("a@where.test", 0).reply()).hasToString("554 5.7.1 Go away");
            loggedIn.set(true);
            assertThat(admission.rejectsAll()).isFalse();
            assertThat(admission.recipient("a@where.test", 0)).isNull();
        }
    }

    private static PolicyPlan rejecting(TestPlan plan, String text, RejectAt at) {
        PolicyPlan base = plan.policy("rejecting", Behavior.Reject, PolicyPlan.Tls.of(plan.tls), 1000, 10);
        return new PolicyPlan(base.resource(), base.behavior(), base.tls(), base.limits(), base.authentication(), new PolicyPlan.Rejection(text, at), null, null);
    }

    private static Consumer<TestPlan> rejected(String text) {
        return refined(p -> new PolicyPlan(p.resource(), Behavior.Reject, p.tls(), p.limits(), p.authentication(), new PolicyPlan.Rejection(text, RejectAt.Recipient), null, null));
    }

    private static Consumer<TestPlan> limits(Integer recipients, Integer invalid, boolean drop) {
        return refined(p -> new PolicyPlan(p.resource(), p.behavior(), p.tls(), new PolicyPlan.Limits(p.limits().messageSize(), p.limits().recipientsPerMessage(),
                p.limits().messagesPerConnection(), p.limits().connectionsPerClient(), recipients, invalid, drop), p.authentication(), p.rejection(), null, null));
    }

    private static Consumer<TestPlan> refined(UnaryOperator<PolicyPlan> change) {
        return p -> p.refine = change;
    }
}
