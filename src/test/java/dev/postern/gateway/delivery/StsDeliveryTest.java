package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.mtasts.PolicyHost;
import dev.postern.gateway.mtasts.PublishedPolicies;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.Passage;
import dev.postern.testing.Postfix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail to a domain with a policy: fetched from a real web server, obeyed on the way to a mail server on port 25. */
class StsDeliveryTest {
    private static final TestPki.Identity GOOD = TestPki.issue(Request.server("x", "mx.partner.test"), PolicyHost.ROOT);
    private static final TestPki.Identity WRONG = TestPki.issue(Request.server("x", "partner.test"), PolicyHost.ROOT);
    private static final String ADDRESS = "127.0.84.61";

    @TempDir
    Path web;
    @TempDir
    Path folder;
    private PolicyHost host;
    private PublishedPolicies policies;
    private ScriptedServer server;
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        Passage.assumePort25(ADDRESS);
        host = new PolicyHost(web);
        rig = new Rig(new DeliveryOptions(10, 100, Duration.ZERO, Timeouts.all(Duration.ofSeconds(20))));
        policies = new PublishedPolicies(folder, host, host.fetcher(Rig.GROUP), rig.log::add, rig.metrics, InstantSource.system());
        rig.sts = policies::find;
        rig.mx.put("partner.test", List.of(new Dns.Mx(0, "mx.partner.test")));
        rig.hosts.put("mx.partner.test", List.of(Rig.address(ADDRESS)));
    }

    @AfterEach
    void stop() throws Exception {
        if (rig != null) {
            rig.close();
            policies.close();
            host.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void mailServer(TestPki.Identity identity) throws IOException {
        server = new ScriptedServer(ADDRESS, 25);
        server.tls = identity == null ? Tls.NOT_OFFERED : Tls.OFFERED;
        server.identity = identity == null ? null : identity.serverContext();
    }

    /** What the system trusts is in the Rig what the plan has under "". */
    private long send(TlsMode mode, MtaSts sts, DestinationPlan.Host... route) {
        rig.bundles = Map.of("", PolicyHost.ROOT.pem(), "ca/ca.crt", PolicyHost.ROOT.pem());
        rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false,
                new DestinationPlan.Tls(mode, Identity.Hosted, "ca/ca.crt", List.of(), Dane.None, sts), null, DestinationPlan.Limits.of(20, 100), List.of(route), null));
        rig.delivery.start();
        long mid = rig.send("a@sender.test", "b@partner.test");
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);
        return mid;
    }

    private void sent(long mid, boolean encrypted) {
        assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.DELIVERED);
        assertThat(server.mails).extracting(Mail::encrypted).containsExactly(encrypted);
        assertThat(rig.alerts).isEmpty();
    }

    private void notSent(long mid, String reason) {
        assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.PENDING);
        assertThat(server.mails).isEmpty();
        assertThat(rig.alerts).extracting(Failure::reason).containsExactly(reason);
        assertThat(rig.results).extracting(TlsResult::outcome, TlsResult::reason, r -> r.policy().type())
                .containsExactly(tuple(TlsResult.Outcome.FAILED, reason, TlsResult.Type.STS));
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).singleElement().extracting(MailEvent.DeliveryDelayed::status).isIn("4.7.4", "4.7.5");
    }

    private void result(TlsResult.Outcome outcome, String reason) {
        assertThat(rig.results).singleElement().satisfies(r -> {
            assertThat(r.outcome()).isEqualTo(outcome);
            assertThat(r.reason()).isEqualTo(reason);
            assertThat(r.detail() == null).isEqualTo(reason == null);
        });
    }

    @Test
    void enforcedAndFulfilledIsSentVerified() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        mailServer(GOOD);

        sent(send(TlsMode.Preferred, MtaSts.Opportunistic), true);

        result(TlsResult.Outcome.VERIFIED, null);
        assertThat(rig.results.getFirst().policy()).isEqualTo(new TlsResult.Policy(TlsResult.Type.STS,
                List.of("version: STSv1", "mode: enforce", "mx: mx.partner.test", "max_age: 604800"), List.of("mx.partner.test"), null));
        assertThat(rig.logged(MailEvent.DeliveryTls.class)).singleElement().extracting(MailEvent.DeliveryTls::verified).isEqualTo(true);
    }

    @Test
    void enforcedAndAnotherHostIsNotEvenConnectedTo() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("mx.partner", "other.partner"));
        mailServer(GOOD);

        notSent(send(TlsMode.Preferred, MtaSts.Opportunistic), "StsMxMismatch");

        assertThat(server.connections).hasValue(0);
        assertThat(rig.alerts.getFirst().detail()).isEqualTo("the domain's MTA-STS policy does not list the host, but other.partner.test");
    }

    @Test
    void aHostThatThePolicyListsTakesWhatAnotherMayNot() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        rig.mx.put("partner.test", List.of(new Dns.Mx(0, "stranger.test"), new Dns.Mx(10, "mx.partner.test")));
        rig.hosts.put("stranger.test", List.of(Rig.address("127.0.84.62")));
        mailServer(GOOD);

        long mid = send(TlsMode.Preferred, MtaSts.Opportunistic);

        assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.DELIVERED);
        assertThat(rig.results).extracting(TlsResult::host, TlsResult::reason)
                .containsExactly(tuple("stranger.test", "StsMxMismatch"), tuple("mx.partner.test", null));
    }

    @Test
    void enforcedAndACertificateForAnotherNameIsNotSent() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        mailServer(WRONG);   // good enough for RequiredVerify itself

        notSent(send(TlsMode.RequiredVerify, MtaSts.Opportunistic), "NameMismatch");
    }

    @Test
    void enforcedAndACommonNameAloneIsNotSent() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        mailServer(TestPki.issue(Request.server("mx.partner.test"), PolicyHost.ROOT));

        notSent(send(TlsMode.Preferred, MtaSts.Opportunistic), "NameMismatch");
    }

    @Test
    void enforcedAndNoStarttlsIsNotSent() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        mailServer(null);

        notSent(send(TlsMode.Preferred, MtaSts.Opportunistic), "NotOffered");
    }

    @Test
    void aPolicyForTestingIsReportedAndNotActedOn() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("enforce", "testing"));
        mailServer(WRONG);

        sent(send(TlsMode.Preferred, MtaSts.Opportunistic), true);

        result(TlsResult.Outcome.ENCRYPTED, "NameMismatch");
        assertThat(rig.results.getFirst().detail()).isEqualTo("certificate is not for mx.partner.test but for partner.test");
        assertThat(rig.results.getFirst().policy().type()).isEqualTo(TlsResult.Type.STS);
    }

    @Test
    void aPolicyForTestingReportsAHostThatItDoesNotList() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("enforce", "testing").replace("mx.partner", "other.partner"));
        mailServer(GOOD);

        sent(send(TlsMode.RequiredVerify, MtaSts.Opportunistic), true);

        result(TlsResult.Outcome.VERIFIED, "StsMxMismatch");
    }

    @Test
    void aPolicyForTestingThatIsFulfilledReportsNothing() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("enforce", "testing"));
        mailServer(GOOD);

        sent(send(TlsMode.Preferred, MtaSts.Opportunistic), true);

        result(TlsResult.Outcome.ENCRYPTED, null);
    }

    @Test
    void aPolicyForTestingLetsClearTextBeAndReportsIt() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("enforce", "testing"));
        mailServer(null);

        sent(send(TlsMode.Preferred, MtaSts.Opportunistic), false);

        result(TlsResult.Outcome.CLEAR, "NotOffered");
    }

    @Test
    void modeNoneIsNoPolicy() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("enforce", "none"));
        mailServer(WRONG);

        sent(send(TlsMode.Preferred, MtaSts.Opportunistic), true);

        result(TlsResult.Outcome.ENCRYPTED, null);
        assertThat(rig.results.getFirst().policy()).isEqualTo(TlsResult.Policy.NONE);
    }

    @Test
    void aPolicyThatCannotBeHadIsReportedAndMailGoesAtItsOwnLevel() throws Exception {
        host.publish("partner.test", "1", "version: STSv1\n");
        mailServer(WRONG);

        sent(send(TlsMode.Preferred, MtaSts.Opportunistic), true);

        result(TlsResult.Outcome.ENCRYPTED, null);
        assertThat(rig.results.getFirst().policy().resultType()).isEqualTo("sts-policy-invalid");
    }

    @Test
    void nobodyAsksWhereTheControlDoesNot() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        mailServer(null);

        sent(send(TlsMode.Preferred, MtaSts.None), false);

        assertThat(host.lookups).hasValue(0);
    }

    @Test
    void aRoutesHostIsHeldToItsOwnPolicy() throws Exception {
        host.publish("mx.partner.test", "1", PolicyHost.ENFORCE);
        host.publish("partner.test", "1", PolicyHost.ENFORCE.replace("mx.partner", "other.partner"));
        mailServer(WRONG);

        notSent(send(TlsMode.Preferred, MtaSts.Opportunistic, Rig.host("mx.partner.test", 25)), "NameMismatch");
    }

    @Test
    void postfixGetsMailUnderAnEnforcedPolicyAndNotWhereItsCertificateIsAnothers() throws Exception {
        host.publish("partner.test", "1", PolicyHost.ENFORCE);
        try (Postfix postfix = Postfix.start("mx.partner.test", PolicyHost.pem(WRONG)); Passage passage = new Passage(ADDRESS, postfix.port())) {
            long mid = send(TlsMode.Preferred, MtaSts.Opportunistic);
            assertThat(rig.alerts).extracting(Failure::reason).containsExactly("NameMismatch");
            assertThat(rig.spool.get(mid).recipients().getFirst().state()).isEqualTo(State.PENDING);

            postfix.restart(PolicyHost.pem(GOOD));
            long second = rig.send("a@sender.test", "c@partner.test");
            rig.plan(DestinationPlan.of(Rig.CONTROL, List.of("partner.test"), false, new DestinationPlan.Tls(TlsMode.Required, Identity.Hosted, "ca/ca.crt", List.of(),
                    Dane.None, MtaSts.Opportunistic), null, DestinationPlan.Limits.of(20, 100), List.of(), null));   // a new plan tries again at once
            await().atMost(Duration.ofSeconds(30)).until(() -> postfix.messages().size() == 2);
            await().until(() -> rig.spool.get(second) == null || rig.spool.get(second).recipients().getFirst().state() == State.DELIVERED);
            assertThat(rig.results.getLast().outcome()).isEqualTo(TlsResult.Outcome.VERIFIED);
        }
    }
}
