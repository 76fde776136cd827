package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns.Mx;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.mtasts.StsAnswer;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.Postfix;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Messages with REQUIRETLS beside others: hosts that differ, notifications, lanes, real servers. */
class RequireTlsTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Test Root"), null);
    private static final TestPki.Identity HOST = TestPki.issue(Request.server("x", "mx.partner.test"), ROOT);

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
    }

    private static ScriptedServer server(boolean offers) throws Exception {
        return equip(new ScriptedServer(), offers);
    }

    private static ScriptedServer equip(ScriptedServer server, boolean offers) {
        server.tls = Tls.OFFERED;
        server.identity = HOST.serverContext();
        server.extensions = offers ? List.of("PIPELINING", "DSN", "REQUIRETLS") : List.of("PIPELINING", "DSN");
        return server;
    }

    private static DestinationPlan route(String domain, TlsMode mode, int... ports) {
        DestinationPlan.Host[] hosts = new DestinationPlan.Host[ports.length];
        for (int i = 0; i < ports.length; i++) {
            hosts[i] = new DestinationPlan.Host("mx.partner.test", ports[i], i);
        }
        return DestinationPlan.of(Rig.CONTROL, List.of(domain), false, DestinationPlan.Tls.of(mode, Identity.Hosted, "ca"), null, DestinationPlan.Limits.of(20, 100), List.of(hosts), null);
    }

    private static Rig rig(DestinationPlan... plans) {
        Rig rig = new Rig();
        rig.hosts.put("mx.partner.test", List.of(Rig.address("127.0.0.1")));
        rig.bundles = Map.of("ca", ROOT.pem());
        rig.plan(plans);
        rig.delivery.start();
        return rig;
    }

    private static Recipient settled(Rig rig, long mid) {
        await(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);
        return rig.spool.get(mid).recipients().getFirst();
    }

    @Test
    void theNextHostIsTriedWhereOneDoesNotOfferIt() throws Exception {
        try (ScriptedServer without = server(false); ScriptedServer with = server(true);
                Rig rig = rig(route("partner.test", TlsMode.None, without.port(), with.port()))) {
            long mid = rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test");

            assertThat(settled(rig, mid).state()).isEqualTo(State.DELIVERED);
            assertThat(with.mails).extracting(Mail::mailFrom).containsExactly("MAIL FROM:<a@sender.test> REQUIRETLS");
            assertThat(with.mails.getFirst().encrypted()).as("though the destination's level is None").isTrue();
            assertThat(without.mails).isEmpty();
            assertThat(rig.alerts).extracting(TlsFailures.Failure::reason).containsExactly("RequireTlsNotOffered");
        }
    }

    @Test
    void aHostThatIsDownMayOfferItLaterSoTheMessageWaits() throws Exception {
        int closed;
        try (ServerSocket free = new ServerSocket(0)) {
            closed = free.getLocalPort();
        }
        try (ScriptedServer without = server(false); Rig rig = rig(route("partner.test", TlsMode.Preferred, without.port(), closed))) {
            Recipient waits = settled(rig, rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test"));

            assertThat(waits.state()).isEqualTo(State.PENDING);
            assertThat(waits.lastStatus()).isEqualTo("4.7.30");
            assertThat(waits.lastReply()).contains("REQUIRETLS not offered");
        }
    }

    @Test
    void aPolicyThatCouldNotBeHadMayProveTheHostLater() throws Exception {
        try (Rig rig = rig()) {
            rig.mx.put("partner.test", List.of(new Mx(10, "mx.partner.test")));
            rig.sts = domain -> CompletableFuture.completedFuture(new StsAnswer(null, StsAnswer.Failure.FETCH, "no answer"));

            assertThat(settled(rig, rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test")).lastStatus()).isEqualTo("4.7.30");
        }
    }

    @Test
    void theNotificationAsksForRequireTlsItselfAndReturnsHeadersOnly() throws Exception {
        try (ScriptedServer without = server(false); ScriptedServer home = server(true);
                Rig rig = rig(route("partner.test", TlsMode.Preferred, without.port()), route("sender.test", TlsMode.Preferred, home.port()))) {
            rig.spool.add(new Envelope(0, System.currentTimeMillis(), "a@sender.test", 0, false, false, "FULL", null, "test",
                    List.of(MemorySpool.recipient("b@partner.test"))).with(MessageTls.REQUIRED), "Subject: secret\r\n\r\nnobody else\r\n".getBytes(StandardCharsets.US_ASCII));
            await(() -> !home.mails.isEmpty());

            Mail bounce = home.mails.getFirst();
            assertThat(bounce.mailFrom()).isEqualTo("MAIL FROM:<> REQUIRETLS");
            assertThat(bounce.encrypted()).isTrue();
            assertThat(bounce.body()).contains("Status: 5.7.30", "Subject: secret", "text/rfc822-headers").doesNotContain("nobody else");
            assertThat(rig.logged(MailEvent.TlsDemand.class)).containsExactly(new MailEvent.TlsDemand(2, "REQUIRETLS"));
        }
    }

    @Test
    void aNotificationIsNotLostWhereTheWayBackDoesNotOfferIt() throws Exception {
        try (ScriptedServer server = server(false);
                Rig rig = rig(route("partner.test", TlsMode.Preferred, server.port()), route("sender.test", TlsMode.Preferred, server.port()))) {
            rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test");
            await(() -> !server.mails.isEmpty());

            assertThat(server.mails).extracting(Mail::mailFrom).containsExactly("MAIL FROM:<>");
            assertThat(rig.logged(MailEvent.Notice.class)).extracting(MailEvent.Notice::message)
                    .containsExactly("MID 2 is a notification and goes on without REQUIRETLS: REQUIRETLS support required: mx.partner.test (127.0.0.1): REQUIRETLS not offered");
            assertThat(rig.alerts).extracting(TlsFailures.Failure::domain).containsExactly("partner.test", "sender.test");
        }
    }

    @Test
    void aNotificationWithoutRequireTlsKeepsTheLevelOfItsDestination() throws Exception {
        try (ScriptedServer server = server(false); ScriptedServer plain = new ScriptedServer();
                Rig rig = rig(route("partner.test", TlsMode.Preferred, server.port()), route("sender.test", TlsMode.Required, plain.port()))) {
            rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test");
            await(() -> rig.spool.get(2) != null && rig.spool.get(2).recipients().getFirst().lastStatus() != null);

            assertThat(rig.spool.get(2).recipients().getFirst().lastStatus()).isEqualTo("4.7.4");
            assertThat(plain.mails).isEmpty();
        }
    }

    @Test
    void tlsRequiredNoLeavesTheDestinationsOwnLevelAndIsNotHandedDownToNotifications() throws Exception {
        try (ScriptedServer plain = new ScriptedServer(); ScriptedServer home = server(true);
                Rig rig = rig(route("partner.test", TlsMode.Required, plain.port()), route("refuses.test", TlsMode.Preferred, home.port()),
                        route("sender.test", TlsMode.Preferred, home.port()))) {
            home.script = c -> c.startsWith("RCPT TO:<b@refuses.test>") ? "550 5.1.1 no such user" : null;

            assertThat(settled(rig, rig.send(MessageTls.OPTIONAL, "a@sender.test", "b@partner.test")).lastStatus()).isEqualTo("4.7.4");
            rig.send(MessageTls.OPTIONAL, "a@sender.test", "b@refuses.test");
            await(() -> !home.mails.isEmpty());

            assertThat(rig.spool.get(3).tls()).isEqualTo(MessageTls.DESTINATION);
            assertThat(home.mails.getFirst().mailFrom()).isEqualTo("MAIL FROM:<>");
        }
    }

    @Test
    void aLaneThatFailsDelaysNoOtherAndSharesNoConnection() throws Exception {
        try (ScriptedServer server = server(true); Rig rig = rig(route("partner.test", TlsMode.Preferred, server.port()))) {
            server.identity = TestPki.issue(Request.server("x", "other.test"), ROOT).serverContext();
            long required = rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test");
            assertThat(settled(rig, required).state()).isEqualTo(State.PENDING);

            long usual = rig.send("a@sender.test", "b@partner.test");
            long optional = rig.send(MessageTls.OPTIONAL, "a@sender.test", "b@partner.test");

            assertThat(settled(rig, usual).state()).isEqualTo(State.DELIVERED);
            assertThat(settled(rig, optional).state()).isEqualTo(State.DELIVERED);
            assertThat(rig.spool.get(required).recipients().getFirst().attempts()).isEqualTo(1);
            assertThat(server.connections).as("one for each lane").hasValue(3);
        }
    }

    @Test
    void whatThePolicyOfADomainHoldsBackDoesNotHoldBackWhatMayIgnoreIt() throws Exception {
        try (ScriptedServer plain = RequireTlsLevelsTest.server("127.86.89.2"); Rig rig = new Rig()) {
            rig.hosts.put("mx.partner.test", List.of(Rig.address("127.86.89.2")));
            rig.mx.put("partner.test", List.of(new Mx(10, "mx.partner.test")));
            rig.sts = domain -> CompletableFuture.completedFuture(RequireTlsLevelsTest.ENFORCED);
            rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false,
                    new DestinationPlan.Tls(TlsMode.Preferred, Identity.Hosted, null, List.of(), Dane.None, MtaSts.Opportunistic), null, DestinationPlan.Limits.of(20, 100), List.of(), null));
            rig.delivery.start();
            long held = rig.send("a@sender.test", "b@partner.test");
            assertThat(settled(rig, held).lastStatus()).isEqualTo("4.7.4");

            long goes = rig.send(MessageTls.OPTIONAL, "a@sender.test", "b@partner.test");

            assertThat(settled(rig, goes).state()).isEqualTo(State.DELIVERED);
            assertThat(plain.mails).singleElement().satisfies(mail -> assertThat(mail.encrypted()).isFalse());
            assertThat(rig.spool.get(held).recipients().getFirst().state()).isEqualTo(State.PENDING);
        }
    }

    @Test
    void postfixDoesNotOfferItSoTheMessageBounces() throws Exception {
        try (Postfix postfix = Postfix.start("mx.partner.test", KeyPairs.toPem(HOST.keys().getPrivate()) + HOST.pem());
                Rig rig = rig(route("partner.test", TlsMode.Preferred, postfix.port()))) {
            rig.failures.put("sender.test", Kind.TEMPORARY);

            Recipient bounced = settled(rig, rig.send(MessageTls.REQUIRED, "a@sender.test", "b@partner.test"));
            assertThat(bounced.state()).isEqualTo(State.BOUNCED);
            assertThat(bounced.lastStatus()).isEqualTo("5.7.30");
            assertThat(rig.logged(MailEvent.DeliveryTls.class)).extracting(MailEvent.DeliveryTls::verified).containsExactly(true);

            assertThat(settled(rig, rig.send("a@sender.test", "b@partner.test")).state()).as("all other mail goes on").isEqualTo(State.DELIVERED);
        }
    }
}
