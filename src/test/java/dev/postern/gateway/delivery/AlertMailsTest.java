package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns;
import dev.postern.gateway.alert.AlertMails.Bounds;
import dev.postern.gateway.alert.AlertMails;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.gateway.report.TlsResults;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import dev.postern.testing.Postfix;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Alerts by mail, from a delivery that fails to the server of those who are told. */
@Timeout(60)
class AlertMailsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private ScriptedServer partner;
    private ScriptedServer postmaster;
    private Rig rig;
    private AlertMails mails;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);

    @BeforeEach
    void start() throws Exception {
        partner = new ScriptedServer("127.0.0.2");
        postmaster = new ScriptedServer("127.0.0.3");
        rig = new Rig();
        rig.settings = Rig.settings(1, 1, 345_600);
    }

    @AfterEach
    void stop() throws Exception {
        if (mails != null) {
            mails.close();
        }
        rig.close();
        partner.close();
        postmaster.close();
    }

    private Settings settings() {
        ActivePlan plan = rig.plans.current();
        return plan == null ? null : plan.plan().settings();
    }

    private void alerting(boolean enabled, List<String> recipients, DestinationPlan.Host... route) {
        rig.alertSettings = new Settings.Alerts(enabled, recipients, "alerts@gateway.test", HOUR.toSeconds(), List.of(route));
    }

    private DestinationPlan to(String domain, TlsMode mode, String ip, int port) {
        return Rig.destination(domain, mode, Rig.host(ip, port));
    }

    private void startWith(DestinationPlan... plans) {
        startWith(new Bounds(100, Duration.ofSeconds(1), 20, Duration.ofMinutes(1)), plans);
    }

    private void startWith(Bounds bounds, DestinationPlan... plans) {
        rig.plan(plans);
        mails = new AlertMails(this::settings, "gateway-0", bounds, rig.log::add, rig.metrics, clock);
        rig.alsoFailures = mails;
        rig.alsoResults = mails.paths();
        TlsResults results = result -> { };
        DirectSender direct = rig.delivery.direct(results);
        mails.start((letter, barred) -> {
            try {
                return direct.send(letter, barred);
            } finally {
                attempts.incrementAndGet();
            }
        }, domain -> rig.delivery.waiting(domain, AlertMails.NAMED_MESSAGES));
        rig.delivery.start();
    }

    private double counted(String name) {
        return rig.metrics.get("postern.alerts." + name).counter().count();
    }

    private static String header(Mail mail, String name) {
        return mail.body().lines().takeWhile(l -> !l.isEmpty()).filter(l -> l.startsWith(name + ": ")).findFirst().orElseThrow().substring(name.length() + 2);
    }

    @Test
    void aDomainThatFailsIsOneMailAnIntervalAndTheNextTellsHowOften() {
        alerting(true, List.of("postmaster@admin.test", "mail@admin.test"));
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), to("admin.test", TlsMode.Preferred, "127.0.0.3", postmaster.port()));
        long mid = rig.send("a@sender.test", "b@partner.test");

        await().until(() -> postmaster.mails.size() == 1);
        Mail mail = postmaster.mails.getFirst();
        assertThat(mail.mailFrom()).startsWith("MAIL FROM:<alerts@gateway.test>");
        assertThat(mail.rcpts()).hasSize(2);
        assertThat(header(mail, "Subject")).isEqualTo("Warning <System> gateway.test: TLS required failure, delivery to partner.test");
        assertThat(header(mail, "Auto-Submitted")).isEqualTo("auto-generated");
        assertThat(mail.body()).contains("Pod:                  gateway-0", "DestinationControl:   mail/partner", "127.0.0.2", "Reason:               NotOffered");
        assertThat(mail.body().contains("MID " + mid) || mail.body().contains("being tried")).isTrue();

        int known = rig.alerts.size();
        await().until(() -> rig.alerts.size() >= known + 2);
        assertThat(postmaster.mails).hasSize(1);
        ahead = HOUR.plusMinutes(1);
        await().until(() -> postmaster.mails.size() == 2);
        assertThat(postmaster.mails.get(1).body()).containsPattern("Failures: +[0-9]+ since the last mail");
        assertThat(counted("sent")).isEqualTo(2);
        assertThat(rig.logged(MailEvent.Notice.class)).anyMatch(n -> n.message().startsWith("alert mailed: Warning <System> gateway.test"));
    }

    @Test
    void whatWaitsForTheDomainIsNamedAndCounted() {
        rig.settings = Rig.settings(3600, 3600, 345_600);
        alerting(true, List.of("postmaster@admin.test"));
        startWith(new Bounds(100, Duration.ofSeconds(3), 20, Duration.ofMinutes(1)), to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()),
                to("admin.test", TlsMode.Preferred, "127.0.0.3", postmaster.port()));
        for (int i = 0; i < 25; i++) {
            rig.send("a@sender.test", "b@partner.test");
        }
        await().until(() -> postmaster.mails.size() == 1);
        assertThat(postmaster.mails.getFirst().body()).containsPattern("MID ([0-9]+, ){19}[0-9]+ and 5 more\r\n");
    }

    @Test
    void anAlertNeverGoesByAPathThatFailed() {
        // The postmaster's own domain is the one that fails; its server would take mail in clear.
        alerting(true, List.of("postmaster@partner.test"));
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()));
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> attempts.get() == 1);
        givenUp();
        assertThat(partner.mails).isEmpty();
        assertThat(rig.logged(MailEvent.Notice.class).stream().filter(n -> n.message().startsWith("alert not mailed to postmaster@partner.test"))).singleElement()
                .satisfies(n -> assertThat(n.message()).contains("127.0.0.2 is left out, as TLS with it failed lately"));
    }

    @Test
    void aSharedServerThatFailedForAnotherDomainIsLeftOutAndTheNextHostTakesTheAlert() {
        alerting(true, List.of("postmaster@admin.test"));
        DestinationPlan admin = Rig.destination("admin.test", TlsMode.Preferred, new DestinationPlan.Host("127.0.0.2", partner.port(), 1),
                new DestinationPlan.Host("127.0.0.3", postmaster.port(), 2));
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), admin);
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> postmaster.mails.size() == 1);
        assertThat(partner.mails).isEmpty();
    }

    @Test
    void theLevelOfTheRecipientsDomainHoldsAndAnAlertIsNoReasonForAnother() {
        alerting(true, List.of("postmaster@admin.test"));
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), to("admin.test", TlsMode.Required, "127.0.0.3", postmaster.port()));
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> attempts.get() == 1);
        givenUp();
        assertThat(postmaster.mails).isEmpty();
        assertThat(rig.alerts).allMatch(a -> a.domain().equals("partner.test"));
        assertThat(counted("failed")).isEqualTo(1);
    }

    @Test
    void aRouteTakesThePlaceOfTheRecipientsMxAtTheLevelOfTheirDomain() throws Exception {
        TestPki.Identity authority = TestPki.issue(Request.ca("Authority"), null);
        TestPki.Identity leaf = TestPki.issue(Request.server("relay.test", "relay.test"), authority);
        rig.hosts.put("relay.test", List.of(Rig.address("127.0.0.3")));
        rig.bundles = Map.of("trusted", authority.pem());
        postmaster.identity = leaf.serverContext();
        postmaster.tls = Tls.OFFERED;
        alerting(true, List.of("postmaster@admin.test"), Rig.host("relay.test", postmaster.port()));
        rig.mx.put("admin.test", List.of(new Dns.Mx(0, "nowhere.test")));
        DestinationPlan admin = DestinationPlan.of(new ResourceRef("DestinationControl", "mail", "admin", "", 1), List.of("admin.test"), false,
                DestinationPlan.Tls.of(TlsMode.RequiredVerify, Identity.Hosted, "trusted"), null, DestinationPlan.Limits.of(20, 100), List.of(), null);
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), admin);
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> postmaster.mails.size() == 1);
        assertThat(postmaster.mails.getFirst().encrypted()).isTrue();
    }

    @Test
    void aServerThatIsAwayForAWhileGetsTheAlertLater() {
        alerting(true, List.of("postmaster@admin.test"));
        postmaster.greeting = "421 4.3.2 not now";
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), to("admin.test", TlsMode.Preferred, "127.0.0.3", postmaster.port()));
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> attempts.get() == 1);
        postmaster.greeting = "220 here again";
        ahead = Duration.ofMinutes(3);
        await().until(() -> postmaster.mails.size() == 1);
        assertThat(counted("failed")).isZero();
    }

    @Test
    void withTheSwitchOffOrNobodyToTellThereIsNone() {
        alerting(false, List.of("postmaster@admin.test"));
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), to("admin.test", TlsMode.Preferred, "127.0.0.3", postmaster.port()));
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> rig.alerts.size() >= 2);
        mails.close();
        assertThat(postmaster.connections).hasValue(0);
        assertThat(counted("dropped")).isZero();
    }

    @Test
    void tenThousandDomainsThatFailAtOnceAreOneMail() {
        alerting(true, List.of("postmaster@admin.test"));
        startWith(new Bounds(2000, Duration.ofMinutes(10), 20, Duration.ofMinutes(1)), to("admin.test", TlsMode.Preferred, "127.0.0.3", postmaster.port()));
        for (int i = 0; i < 10_000; i++) {
            mails.report(new Failure(Rig.CONTROL, Direction.Outbound, "d" + i + ".test", "mx.test (192.0.2.1)", Stage.Starttls, "NotOffered", "STARTTLS not offered"));
        }
        ahead = Duration.ofMinutes(20);
        await().until(() -> postmaster.mails.size() == 1);
        assertThat(header(postmaster.mails.getFirst(), "Subject")).isEqualTo("Warning <System> gateway.test: TLS required failure, delivery to 2000 domains");
        assertThat(postmaster.mails.getFirst().body()).contains("and 1900 more", "and 8000 failures of further domains");
        assertThat(counted("dropped")).isEqualTo(8000);
    }

    @Test
    void whatIsNotMailedAtTheEndIsCountedAndAStalledServerHoldsNobodyUp() {
        alerting(true, List.of("postmaster@admin.test"));
        CountDownLatch over = new CountDownLatch(1);
        postmaster.script = command -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return null;
        };
        startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), to("admin.test", TlsMode.Preferred, "127.0.0.3", postmaster.port()));
        rig.send("a@sender.test", "b@partner.test");
        await().until(() -> postmaster.connections.get() == 1);
        int known = rig.alerts.size();
        await().until(() -> rig.alerts.size() > known);
        mails.close();
        over.countDown();
        assertThat(counted("dropped")).isGreaterThanOrEqualTo(1);
        assertThat(counted("sent") + counted("failed")).isZero();
    }

    @Test
    void aRealPostfixTakesTheAlert() throws Exception {
        TestCertificates.Pair leaf = TestCertificates.ecdsa("mx.admin.test");
        try (Postfix postfix = Postfix.start("mx.admin.test", leaf.keyPem() + leaf.chainPem(), "smtpd_tls_security_level = encrypt")) {
            alerting(true, List.of("postmaster@admin.test"));
            startWith(to("partner.test", TlsMode.Required, "127.0.0.2", partner.port()), to("admin.test", TlsMode.Required, "127.0.0.1", postfix.port()));
            rig.send("a@sender.test", "b@partner.test");
            await().atMost(Duration.ofSeconds(40)).until(() -> !postfix.messages().isEmpty());
            assertThat(postfix.messages()).singleElement().satisfies(m -> assertThat(m).contains("with ESMTPS", "Delivered-To: postmaster@admin.test",
                    "Subject: Warning <System> gateway.test: TLS required failure, delivery to partner.test", "Reason:               NotOffered"));
        }
    }

    /** Goes through the pauses between attempts. */
    private void givenUp() {
        for (int minutes : new int[] {3, 12, 43}) {
            int known = attempts.get();
            ahead = Duration.ofMinutes(minutes);
            await().until(() -> attempts.get() > known);
        }
        await().until(() -> counted("failed") == 1);
        assertThat(attempts).hasValue(4);
    }
}
