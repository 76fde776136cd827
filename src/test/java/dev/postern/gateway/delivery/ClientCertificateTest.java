package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.delivery.ScriptedServer.Mail;
import dev.postern.gateway.delivery.ScriptedServer.Tls;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures.Stage;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.Postfix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What delivery shows to servers that ask for a certificate. */
class ClientCertificateTest {
    private static final TestPki.Identity SERVER = TestPki.issue(TestPki.Request.server("mx.partner.test"), null);
    private static final TestCertificates.Pair GLOBAL = TestCertificates.ecdsa("global.gateway.test");
    private static final TestCertificates.Pair OWN = TestCertificates.rsa("own.gateway.test");
    private static final TestCertificates.Pair RENEWED = TestCertificates.ed25519("renewed.gateway.test");

    private static DestinationPlan destination(String domain, TlsMode mode, String certificate, int port) {
        return DestinationPlan.of(Rig.CONTROL, List.of(domain), false, DestinationPlan.Tls.of(mode, Identity.Hosted, null), certificate, DestinationPlan.Limits.of(20, 100),
                List.of(Rig.host("127.0.0.1", port)), null);
    }

    private static ScriptedServer server(boolean demands) throws Exception {
        ScriptedServer server = new ScriptedServer();
        server.tls = Tls.OFFERED;
        server.identity = SERVER.serverContext();
        server.asks = true;
        server.demands = demands;
        return server;
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
    }

    /** The subject that the server saw with the mail to this recipient. */
    private static String shown(ScriptedServer server, String recipient) {
        await(() -> server.mails.stream().anyMatch(m -> m.rcpts().toString().contains(recipient)));
        return server.mails.stream().filter(m -> m.rcpts().toString().contains(recipient)).findFirst().map(Mail::client).orElseThrow();
    }

    @Test
    void eachDestinationShowsItsOwnCertificateAndTheOthersTheGateways() throws Exception {
        try (ScriptedServer server = server(true); Rig rig = new Rig()) {
            rig.certificates(Map.of("global", GLOBAL, "own", OWN));
            rig.certificate = "global";
            rig.hosts.put("unnamed.test", List.of(Rig.address("127.0.0.1")));
            rig.plan(destination("a.test", TlsMode.Required, "global", server.port()), destination("b.test", TlsMode.Required, "own", server.port()));
            rig.delivery.start();
            rig.send("s@sender.test", "x@a.test");
            rig.send("s@sender.test", "x@b.test");

            assertThat(shown(server, "x@a.test")).isEqualTo("CN=global.gateway.test");
            assertThat(shown(server, "x@b.test")).isEqualTo("CN=own.gateway.test");
            assertThat(Destinations.find(rig.plans.current(), "unnamed.test").certificate()).as("no DestinationControl names it").isEqualTo("global");
        }
    }

    @Test
    void aConnectionThatShowedAnotherCertificateTakesNoMoreMail() throws Exception {
        try (ScriptedServer server = server(true); Rig rig = new Rig(new DeliveryOptions(50, 100, Duration.ofMinutes(1),
                Timeouts.all(Duration.ofSeconds(10))))) {
            rig.certificates(Map.of("client", GLOBAL));
            rig.plan(destination("a.test", TlsMode.Required, "client", server.port()));
            rig.delivery.start();
            rig.send("s@sender.test", "1@a.test");
            assertThat(shown(server, "1@a.test")).isEqualTo("CN=global.gateway.test");
            rig.plan(destination("a.test", TlsMode.Required, "client", server.port()));
            rig.send("s@sender.test", "2@a.test");
            assertThat(shown(server, "2@a.test")).isEqualTo("CN=global.gateway.test");
            assertThat(server.connections.get()).as("the same certificate: the connection is used again").isEqualTo(1);

            rig.certificates(Map.of("client", RENEWED));
            rig.plan(destination("a.test", TlsMode.Required, "client", server.port()));
            rig.send("s@sender.test", "3@a.test");
            assertThat(shown(server, "3@a.test")).isEqualTo("CN=renewed.gateway.test");
            assertThat(server.connections.get()).isEqualTo(2);

            rig.certificates(Map.of("client", OWN));
            rig.plan(destination("a.test", TlsMode.Required, "client", server.port()));
            rig.send("s@sender.test", "4@a.test");
            assertThat(shown(server, "4@a.test")).isEqualTo("CN=own.gateway.test");
        }
    }

    @Test
    void aServerThatOnlyAsksTakesMailWithoutOne() throws Exception {
        try (ScriptedServer server = server(false); Rig rig = new Rig()) {
            rig.plan(destination("a.test", TlsMode.Required, null, server.port()));
            rig.delivery.start();
            rig.send("s@sender.test", "x@a.test");
            await(() -> !server.mails.isEmpty());
            assertThat(server.mails.getFirst().client()).isNull();
            assertThat(server.mails.getFirst().encrypted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Preferred", "Required"})
    void aServerThatDemandsOneGetsNoMailWithoutAndTheRefusalIsAFailureOfTls(TlsMode mode) throws Exception {
        try (ScriptedServer server = server(true); Rig rig = new Rig()) {
            rig.plan(destination("a.test", mode, null, server.port()));
            rig.delivery.start();
            long mid = rig.send("s@sender.test", "x@a.test");
            await(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);
            assertThat(server.mails).isEmpty();
            assertThat(server.commands).doesNotContain("MAIL FROM:<s@sender.test> SIZE=25");
            assertThat(rig.logged(MailEvent.DeliveryTlsFailed.class)).hasSize(1);
            assertThat(rig.spool.get(mid).recipients().getFirst().lastStatus()).contains("4.7.5");
            assertThat(rig.alerts).hasSize(mode == TlsMode.Required ? 1 : 0).allMatch(a -> a.stage() == Stage.Handshake);

            rig.certificates(Map.of("client", GLOBAL));
            rig.plan(destination("a.test", mode, "client", server.port()));
            assertThat(shown(server, "x@a.test")).as("tried again at once, with one").isEqualTo("CN=global.gateway.test");
        }
    }

    @Test
    void postfixSeesTheGatewaysThePartnersAndTheRenewedCertificate() throws Exception {
        TestPki.Identity authority = TestPki.issue(TestPki.Request.ca("Client Authority"), null);
        TestCertificates.Pair global = issued("global.gateway.test", authority);
        TestCertificates.Pair own = issued("own.gateway.test", authority);
        TestCertificates.Pair renewed = issued("renewed.gateway.test", authority);
        Path anchors = Files.createTempFile("anchors", ".pem");
        Files.writeString(anchors, authority.pem());
        anchors.toFile().setReadable(true, false);
        TestCertificates.Pair mx = TestCertificates.ecdsa("mx.partner.test");
        try (Postfix postfix = Postfix.start("mx.partner.test", mx.keyPem() + mx.chainPem(), "smtpd_tls_security_level = encrypt", "smtpd_tls_ask_ccert = yes",
                "smtpd_tls_req_ccert = yes", "smtpd_tls_CAfile = " + anchors); Rig rig = new Rig()) {
            rig.certificates(Map.of("global", global, "own", own));
            rig.certificate = "global";
            rig.plan(destination("a.test", TlsMode.Required, "global", postfix.port()), destination("b.test", TlsMode.Required, "own", postfix.port()));
            rig.delivery.start();
            rig.send("s@sender.test", "first@a.test");
            rig.send("s@sender.test", "partner@b.test");
            assertThat(received(postfix, "first@a.test")).contains("(Client CN \"global.gateway.test\"", "(verified OK)");
            assertThat(received(postfix, "partner@b.test")).contains("(Client CN \"own.gateway.test\"", "(verified OK)");

            rig.certificates(Map.of("global", renewed, "own", own));
            rig.plan(destination("a.test", TlsMode.Required, "global", postfix.port()), destination("b.test", TlsMode.Required, "own", postfix.port()));
            rig.send("s@sender.test", "second@a.test");
            assertThat(received(postfix, "second@a.test")).contains("(Client CN \"renewed.gateway.test\"", "(verified OK)");

            rig.plan(destination("a.test", TlsMode.Required, null, postfix.port()));
            rig.send("s@sender.test", "without@a.test");
            await(() -> !rig.alerts.isEmpty());
            assertThat(rig.alerts.getFirst().detail()).contains("No client certificate presented");
            assertThat(postfix.messages()).noneMatch(m -> m.contains("without@a.test"));
        } finally {
            Files.delete(anchors);
        }
    }

    private static TestCertificates.Pair issued(String name, TestPki.Identity authority) {
        TestPki.Identity identity = TestPki.issue(TestPki.Request.server(name, name).purpose(KeyPurposeId.id_kp_clientAuth), authority);
        return new TestCertificates.Pair(identity.certificate(), identity.pem(), KeyPairs.toPem(identity.keys().getPrivate()));
    }

    /** The message to a recipient, as Postfix delivered it. */
    private static String received(Postfix postfix, String recipient) {
        await(() -> postfix.messages().stream().anyMatch(m -> m.contains(recipient)));
        return postfix.messages().stream().filter(m -> m.contains(recipient)).findFirst().orElseThrow();
    }
}
