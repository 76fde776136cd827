package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.PolicyPlan;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that show certificates over STARTTLS: who they are then, and what holds for them. */
class ClientCertificatesTest {
    private static final TestCertificates.Pair SERVER = TestCertificates.ecdsa("mail.example.com");
    private static final TestPki.Identity CA = TestPki.issue(TestPki.Request.ca("Partners"), null);
    private static final TestPki.Identity OTHER_CA = TestPki.issue(TestPki.Request.ca("Others"), null);
    private static final TestPki.Identity PARTNER = TestPki.issue(TestPki.Request.client("relay.partner.test", "relay.partner.test"), CA);
    private static final String NO_CERTIFICATE = "530 5.7.0 a verified client certificate is required";

    private static ServerFixture server(ClientCertificates asked, Consumer<TestPlan> change) {
        var fixture = new ServerFixture(p -> {
            p.certificates = List.of(SERVER);
            p.clientCertificates = asked;
            p.bundles = Map.of("clients", CA.pem());
            change.accept(p);
        });
        fixture.now = Instant.now();
        return fixture;
    }

    private static TestPlan.Group group(TestPlan plan, Behavior behavior, String... senders) {
        return new TestPlan.Group("partners", List.of(senders), plan.policy("partners", behavior, PolicyPlan.Tls.of(TlsMode.Required), 4321, 3));
    }

    private static ServerFixture partners(String... senders) {
        return server(ClientCertificates.Request, p -> p.first = List.of(group(p, Behavior.Relay, senders)));
    }

    private static RawClient over(ServerFixture fixture, TestPki.Identity identity, String... protocols) {
        return over(fixture, RawClient.context(identity), protocols);
    }

    private static RawClient over(ServerFixture fixture, SSLContext context, String... protocols) {
        RawClient client = fixture.ehlo();
        client.send("STARTTLS\r\n");
        client.expect("220 2.0.0 go ahead with TLS");
        client.handshake(context, null, protocols);
        return client;
    }

    private static List<String> ehlo(RawClient client) {
        client.send("EHLO client.test\r\n");
        return client.reply();
    }

    private static String pin(TestPki.Identity identity) {
        return "spki:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Fingerprints.sha256(identity.certificate().getPublicKey())));
    }

    @Test
    void aVerifiedNameGivesTheClientAnotherPolicyAndRelay() {
        try (var fixture = partners("cert:.partner.test"); var client = over(fixture, PARTNER)) {
            assertThat(ehlo(client)).contains("250-SIZE 4321");
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<x@elsewhere.test>", "250 2.1.5 recipient <x@elsewhere.test> ok");
            assertThat(fixture.log).contains(new MailEvent.SenderGroupMatch(1, "ACCEPT", "everyone", "127.0.0.1"),
                    new MailEvent.InboundCertificate(1, "CN=relay.partner.test", true, null),
                    new MailEvent.SenderGroupMatch(1, "RELAY", "partners", "cert:.partner.test"));
            assertThat(fixture.count("postern.inbound.client.certificates", "result", "verified")).isEqualTo(1);
            assertThat(fixture.failures).isEmpty();
        }
    }

    @Test
    void inClearAndWithoutACertificateTheAddressDecides() {
        try (var fixture = partners("cert:.partner.test", pin(PARTNER)); var clear = fixture.ehlo(); var client = over(fixture, (TestPki.Identity) null)) {
            clear.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            clear.command("RCPT TO:<x@elsewhere.test>", "550 5.1.0 Address rejected.");
            assertThat(ehlo(client)).contains("250-SIZE 1000000");
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<x@elsewhere.test>", "550 5.1.0 Address rejected.");
            assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).extracting(MailEvent.SenderGroupMatch::senderGroup).containsOnly("everyone");
            assertThat(fixture.logged(MailEvent.InboundCertificate.class)).containsExactly(new MailEvent.InboundCertificate(2, null, false, "the client showed none"));
        }
    }

    @Test
    void aKeyNeedsNoAuthorityAndANameDoes() {
        TestPki.Identity own = TestPki.issue(TestPki.Request.client("relay.partner.test", "relay.partner.test"), null);
        try (var fixture = partners("cert:relay.partner.test", pin(own)); var client = over(fixture, own)) {
            assertThat(ehlo(client)).contains("250-SIZE 4321");
            assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).last().extracting(MailEvent.SenderGroupMatch::match).isEqualTo(pin(own));
        }
        try (var fixture = partners("cert:relay.partner.test", pin(PARTNER)); var client = over(fixture, own)) {
            assertThat(ehlo(client)).contains("250-SIZE 1000000");
        }
    }

    /** The JDK's client shows a certificate only where the list of authorities allows it. */
    @Test
    void authoritiesAreNamedToClientsUnlessAKeyAloneCounts() {
        TestPki.Identity stranger = TestPki.issue(TestPki.Request.client("relay.partner.test", "relay.partner.test"), OTHER_CA);
        try (var fixture = partners("cert:relay.partner.test"); var client = over(fixture, stranger)) {
            ehlo(client);
            assertThat(fixture.logged(MailEvent.InboundCertificate.class)).extracting(MailEvent.InboundCertificate::subject).containsExactly((String) null);
        }
        try (var fixture = partners("cert:relay.partner.test", pin(stranger)); var client = over(fixture, stranger)) {
            assertThat(ehlo(client)).contains("250-SIZE 4321");
        }
    }

    @Test
    void neitherWildcardsNorCommonNamesAreNamesOfClients() {
        for (TestPki.Identity identity : List.of(TestPki.issue(TestPki.Request.client("relay.partner.test", "*.partner.test"), CA),
                TestPki.issue(TestPki.Request.client("relay.partner.test"), CA))) {
            try (var fixture = partners("cert:relay.partner.test", "cert:.partner.test"); var client = over(fixture, identity)) {
                assertThat(ehlo(client)).contains("250-SIZE 1000000");
                assertThat(fixture.logged(MailEvent.InboundCertificate.class)).extracting(MailEvent.InboundCertificate::verified).containsExactly(true);
            }
        }
    }

    @Test
    void requireTakesMailOnlyBehindAVerifiedCertificate() {
        try (var fixture = server(ClientCertificates.Require, p -> { }); var client = over(fixture, PARTNER)) {
            ehlo(client);
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
        }
        try (var fixture = server(ClientCertificates.Require, p -> { }); var client = over(fixture, (TestPki.Identity) null)) {
            ehlo(client);
            client.command("NOOP", "250 2.0.0 ok");
            client.command("MAIL FROM:<a@b.c>", NO_CERTIFICATE);
            client.send("BDAT 6 LAST\r\nNOOP\r\n");
            client.expect(NO_CERTIFICATE);
            client.command("VRFY x", NO_CERTIFICATE);
            client.command("RSET", "250 2.0.0 reset");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            assertThat(fixture.failures).containsExactly(new TlsFailures.Failure(TestPlan.ref("Listener", "public"), TlsFailures.Direction.Inbound, "everyone",
                    "127.0.0.1", TlsFailures.Stage.Verification, "ClientCertificateMissing", "a client certificate was required but the client showed none"));
            assertThat(fixture.logged(MailEvent.InboundCertificateRequired.class)).hasSize(1);
            assertThat(fixture.count("postern.inbound.rejected", "reason", "ClientCertificate")).isEqualTo(3);
        }
    }

    @Test
    void requireRequiresTlsToo() {
        try (var fixture = server(ClientCertificates.Require, p -> { }); var client = fixture.ehlo()) {
            client.command("MAIL FROM:<a@b.c>", "530 #5.7.0 Must issue a STARTTLS command first");
            assertThat(fixture.failures).extracting(TlsFailures.Failure::reason).containsExactly("NotInitiated");
        }
    }

    @ParameterizedTest
    @CsvSource({"expired,ClientCertificateExpired,Expired", "early,ClientCertificateNotYetValid,NotYetValid", "own,ClientCertificateSelfSigned,SelfSigned",
        "stranger,ClientCertificateUnknownIssuer,UnknownIssuer", "server,ClientCertificateInvalidChain,InvalidChain"})
    void whatIsNotVerifiedIsToldByItsReason(String which, String reason, String result) {
        TestPki.Request request = TestPki.Request.client("relay.partner.test", "relay.partner.test");
        TestPki.Identity identity = switch (which) {
            case "expired" -> TestPki.issue(request.valid(TestPki.ago(30), TestPki.ago(2)), CA);
            case "early" -> TestPki.issue(request.valid(TestPki.ago(-2), TestPki.ago(-3)), CA);
            case "own" -> TestPki.issue(request, null);
            case "stranger" -> TestPki.issue(request, OTHER_CA);
            default -> TestPki.issue(request.purpose(KeyPurposeId.id_kp_serverAuth), CA);
        };
        // An entry by key keeps the list of authorities away, which would keep some of these from being shown.
        try (var fixture = server(ClientCertificates.Require, p -> p.first = List.of(group(p, Behavior.Relay, "cert:.partner.test", pin(PARTNER))));
                var client = over(fixture, identity)) {
            assertThat(ehlo(client)).contains("250-SIZE 1000000");
            client.command("MAIL FROM:<a@b.c>", NO_CERTIFICATE);
            client.command("MAIL FROM:<a@b.c>", NO_CERTIFICATE);
            assertThat(fixture.failures).extracting(TlsFailures.Failure::reason).containsExactly(reason);
            assertThat(fixture.failures.getFirst().stage()).isEqualTo(TlsFailures.Stage.Verification);
            assertThat(fixture.count("postern.inbound.client.certificates", "result", result)).isEqualTo(1);
        }
    }

    @Test
    void aPolicyThatACertificateGivesMayTrustOtherAuthorities() {
        for (var trusted : Map.of(CA, "250 2.1.0 sender <a@b.c> ok", OTHER_CA, NO_CERTIFICATE).entrySet()) {
            try (var fixture = server(ClientCertificates.Request, p -> {
                p.bundles = Map.of("clients", CA.pem(), "second", trusted.getKey().pem());
                p.first = List.of(new TestPlan.Group("partners", List.of("cert:relay.partner.test"), p.policy("partners", Behavior.Accept,
                        new PolicyPlan.Tls(TlsMode.Preferred, ClientCertificates.Require, "second", List.of()), 4321, 3)));
            }); var client = over(fixture, PARTNER)) {
                assertThat(ehlo(client)).contains("250-SIZE 4321");
                client.command("MAIL FROM:<a@b.c>", trusted.getValue());
            }
        }
    }

    @Test
    void aCertificateThatIsRejectedEndsTheSession() {
        try (var fixture = server(ClientCertificates.Request, p -> p.first = List.of(group(p, Behavior.Reject, "cert:.partner.test")));
                var client = over(fixture, PARTNER)) {
            client.command("EHLO client.test", "554 5.7.1 Your access to this mail system has been rejected.");
            client.command("MAIL FROM:<a@b.c>", "554 5.7.1 Your access to this mail system has been rejected.");
            client.command("QUIT", "221 2.0.0 mail.example.com closing");
            client.expectClosed();
            await().until(() -> fixture.server.connections() == 0);
            assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).last().extracting(MailEvent.SenderGroupMatch::behavior).isEqualTo("REJECT");
            assertThat(fixture.count("postern.inbound.rejected", "reason", "HostAccess")).isEqualTo(1);
        }
        try (var fixture = server(ClientCertificates.Request, p -> p.first = List.of(group(p, Behavior.TCPRefuse, "cert:.partner.test")));
                var client = over(fixture, PARTNER)) {
            client.send("EHLO client.test\r\n");
            client.expectClosed();
        }
    }

    @Test
    void theConnectionLimitOfTheNewPolicyHolds() {
        try (var fixture = partners("cert:.partner.test"); var one = known(fixture); var two = known(fixture); var three = known(fixture); var four = over(fixture, PARTNER)) {
            assertThat(List.of(one, two, three)).doesNotContainNull();
            four.expect("421 4.4.5 Too many connections from your host.");
            four.expectClosed();
        }
    }

    /** One that is identified already, so that it is counted before the next comes. */
    private static RawClient known(ServerFixture fixture) {
        RawClient client = over(fixture, PARTNER);
        assertThat(ehlo(client)).contains("250-SIZE 4321");
        return client;
    }

    @ParameterizedTest
    @CsvSource({"OPENSSL,TLSv1.2", "OPENSSL,TLSv1.3", "JDK,TLSv1.2", "JDK,TLSv1.3"})
    void aSessionThatIsResumedKeepsItsPeerAndIsVerifiedAnew(SslProvider provider, String protocol) {
        SSLContext context = RawClient.context(PARTNER);
        try (var fixture = server(ClientCertificates.Require, p -> {
            p.contexts = new ServerContexts(provider);
            p.first = List.of(group(p, Behavior.Relay, "cert:.partner.test"));
        })) {
            Set<Long> begun = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                try (var client = over(fixture, context, protocol)) {
                    begun.add(client.session().getCreationTime());
                    assertThat(ehlo(client)).contains("250-SIZE 4321");
                    client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
                }
            }
            assertThat(begun).as("sessions that were begun, not resumed").hasSizeLessThanOrEqualTo(protocol.equals("TLSv1.2") ? 1 : 3);
            fixture.now = Instant.now().plus(Duration.ofDays(60));
            try (var client = over(fixture, context, protocol)) {
                ehlo(client);
                client.command("MAIL FROM:<a@b.c>", NO_CERTIFICATE);
                assertThat(fixture.failures).extracting(TlsFailures.Failure::reason).containsExactly("ClientCertificateExpired");
            }
        }
    }

    /** A session that was begun where no certificate was asked for must not do where one is. */
    @ParameterizedTest
    @EnumSource(value = SslProvider.class, names = {"OPENSSL", "JDK"})
    void aSessionBegunWithoutACertificateDoesNotHideItLater(SslProvider provider) {
        SSLContext context = RawClient.context(PARTNER);
        try (var fixture = server(ClientCertificates.None, p -> p.contexts = new ServerContexts(provider))) {
            for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
                over(fixture, context, protocol).close();
            }
            fixture.swap(p -> p.clientCertificates = ClientCertificates.Require);
            for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
                try (var client = over(fixture, context, protocol)) {
                    ehlo(client);
                    client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example.com", "second.test", "unknown.test"})
    void theServersCertificateIsChosenByNameWhetherOrNotTheClientIsAsked(String name) {
        TestCertificates.Pair second = TestCertificates.rsa("second.test");
        for (ClientCertificates asked : ClientCertificates.values()) {
            try (var fixture = server(asked, p -> p.certificates = List.of(SERVER, second)); var client = fixture.ehlo()) {
                client.send("STARTTLS\r\n");
                client.expect("220 2.0.0 go ahead with TLS");
                assertThat(client.handshake(RawClient.context(PARTNER), name)).isEqualTo(name.equals("second.test") ? second.certificate() : SERVER.certificate());
            }
        }
    }

    @Test
    void anOpenSessionAsksAsItsPolicyWantsThoughThePlanNoLongerDoes() {
        try (var fixture = server(ClientCertificates.Require, p -> { }); var client = fixture.ehlo()) {
            fixture.swap(p -> p.clientCertificates = ClientCertificates.None);
            client.send("STARTTLS\r\n");
            client.expect("220 2.0.0 go ahead with TLS");
            client.handshake(RawClient.context(PARTNER), null);
            ehlo(client);
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
        }
    }

    @Test
    void whatIsSentAheadWaitsForTheVerification() {
        try (var fixture = partners("cert:.partner.test"); var client = over(fixture, PARTNER)) {
            client.send("EHLO client.test\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<x@elsewhere.test>\r\n");
            assertThat(client.reply()).contains("250-SIZE 4321");
            client.expect("250 2.1.0 sender <a@b.c> ok");
            client.expect("250 2.1.5 recipient <x@elsewhere.test> ok");
        }
    }

    @Test
    void mandatorySendersMustComeOverTls() {
        try (var fixture = new ServerFixture(p -> {
            p.certificates = List.of(SERVER);
            p.mandatorySenders = List.of("bank.test", ".bank.test", "ceo@example.com");
        }); var client = fixture.ehlo()) {
            String refusal = "530 #5.7.0 Must issue a STARTTLS command first";
            for (String sender : List.of("a@bank.test", "a@BANK.test", "a@x.y.bank.test", "CEO@example.com", "\"ceo\"@example.com")) {
                client.command("MAIL FROM:<" + sender + ">", refusal);
            }
            for (String sender : List.of("", "a@notbank.test", "other@example.com", "a@example.org")) {
                client.command("MAIL FROM:<" + sender + ">", "250 2.1.0 sender <" + sender + "> ok");
                client.command("RSET", "250 2.0.0 reset");
            }
            assertThat(fixture.failures).extracting(TlsFailures.Failure::reason).containsExactly("NotInitiated");
            assertThat(fixture.count("postern.inbound.rejected", "reason", "TlsRequired")).isEqualTo(5);
            client.startTls(null);
            ehlo(client);
            client.command("MAIL FROM:<a@bank.test>", "250 2.1.0 sender <a@bank.test> ok");
        }
    }

    @Test
    void whereTheGroupsPolicyTrustsOthersTheyMustVouchForTheNameToo() {
        TestPki.Identity other = TestPki.issue(TestPki.Request.ca("Other"), null);
        try (var fixture = server(ClientCertificates.Request, p -> {
            p.bundles = Map.of("clients", CA.pem(), "others", other.pem());
            p.first = List.of(new TestPlan.Group("partners", List.of("cert:.partner.test"),
                    p.policy("partners", Behavior.Relay, new PolicyPlan.Tls(TlsMode.Required, ClientCertificates.Request, "others", List.of()), 4321, 3)));
        }); var client = over(fixture, PARTNER)) {
            assertThat(ehlo(client)).as("the certificate is of those whom the policy at the greeting trusts, and of nobody whom the group's does").doesNotContain("250-SIZE 4321");
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.send("RCPT TO:<x@elsewhere.test>\r\n");
            assertThat(client.reply().getFirst()).startsWith("550");
        }
    }
}
