package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki;
import dev.postern.sasl.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SMTP AUTH in sessions: when it is there, what it does, and what it keeps out. */
class LoginTest {
    static final String PASSWORD = "swordfish";
    static final String USERS = "app:" + ScramVerifier.of(PASSWORD, 4096, "0123456789abcdef".getBytes(StandardCharsets.US_ASCII)).text() + "\n";
    private static final TestCertificates.Pair SERVER = TestCertificates.ecdsa("mail.example.com");
    private static final TestPki.Identity CA = TestPki.issue(TestPki.Request.ca("Machines"), null);
    private static final TestPki.Identity MACHINE = TestPki.issue(TestPki.Request.client("machine", "printer.example.com", "*.example.com", "second.example.com"), CA);
    private static final String REQUIRED = "530 5.7.0 Authentication required";
    private static final String FAILED = "535 5.7.8 authentication credentials invalid";
    private static final String DONE = "235 2.7.0 authentication succeeded";

    private static ServerFixture server(Consumer<TestPlan> change) {
        return new ServerFixture(p -> {
            p.type = Type.Private;
            p.behavior = Behavior.Relay;
            p.certificates = List.of(SERVER);
            p.authentication = Authentication.Require;
            p.mechanisms = List.of(Mechanism.SCRAM_SHA_256, Mechanism.PLAIN);
            p.users = USERS;
            change.accept(p);
        });
    }

    private static ServerFixture server() {
        return server(p -> { });
    }

    private static RawClient secure(ServerFixture fixture) {
        RawClient client = fixture.ehlo();
        client.startTls(null);
        return client;
    }

    /** After EHLO over TLS. */
    private static RawClient ready(ServerFixture fixture) {
        RawClient client = secure(fixture);
        ehlo(client);
        return client;
    }

    private static List<String> ehlo(RawClient client) {
        client.send("EHLO client.test\r\n");
        return client.reply();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String plain(String user, String password) {
        return "AUTH PLAIN " + base64("\0" + user + "\0" + password);
    }

    @Test
    void afterALoginMailIsRelayedAndTheEnvelopeSaysWhose() {
        try (var fixture = server(); var client = ready(fixture)) {
            client.command("MAIL FROM:<a@b.c>", REQUIRED);
            client.command(plain("app", PASSWORD), DONE);
            client.command("MAIL FROM:<a@b.c> AUTH=<>", "250 2.1.0 sender <a@b.c> ok");
            client.command("RCPT TO:<x@elsewhere.test>", "250 2.1.5 recipient <x@elsewhere.test> ok");
            client.command("DATA", "354 go ahead");
            client.command("Subject: x\r\n\r\nhello\r\n.", "250 2.0.0 ok:  Message 1 accepted");
            assertThat(fixture.spool.messages.getFirst().envelope().origin().user()).isEqualTo("app");
            assertThat(fixture.spool.messages.getFirst().text()).contains(" with ESMTPSA id 1\r\n").doesNotContain("app");
            assertThat(fixture.log).contains(new MailEvent.Login(1, true, "app", "PLAIN", null));
            assertThat(fixture.count("postern.inbound.logins", "mechanism", "PLAIN", "result", "success")).isEqualTo(1);
            assertThat(fixture.count("postern.inbound.rejected", "reason", "Authentication")).isEqualTo(1);
        }
    }

    @Test
    void inClearItIsNeitherOfferedNorTaken() {
        try (var fixture = server(); var client = fixture.client()) {
            client.reply();
            assertThat(ehlo(client)).noneMatch(l -> l.contains("AUTH")).anyMatch(l -> l.endsWith("STARTTLS"));
            client.command(plain("app", PASSWORD), "538 5.7.11 encryption required: must issue a STARTTLS command first");
            client.command("AUTH SCRAM-SHA-256", "538 5.7.11 encryption required: must issue a STARTTLS command first");
            client.command("MAIL FROM:<a@b.c>", "530 5.7.0 Authentication required, over TLS: must issue a STARTTLS command first");
            assertThat(fixture.logged(MailEvent.Login.class)).isEmpty();
            client.startTls(null);
            assertThat(ehlo(client)).anyMatch(l -> l.substring(4).equals("AUTH SCRAM-SHA-256 PLAIN")).noneMatch(l -> l.contains("LOGIN"));
        }
        try (var fixture = server(p -> p.tls = TlsMode.Required); var client = fixture.ehlo()) {
            client.command(plain("app", PASSWORD), "530 #5.7.0 Must issue a STARTTLS command first");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<a@b.c>", "RCPT TO:<a@b.c>", "DATA", "VRFY a", "BDAT 0 LAST"})
    void withoutTheLoginThatIsRequiredThereIsNoMail(String command) {
        try (var fixture = server(); var client = ready(fixture)) {
            client.command(command, REQUIRED);
            client.command("NOOP", "250 2.0.0 ok");
            client.command("RSET", "250 2.0.0 reset");
        }
    }

    @Test
    void offeredItMayBeLeftOut() {
        try (var fixture = server(p -> p.authentication = Authentication.Offer); var client = ready(fixture)) {
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            client.command(plain("app", PASSWORD), "503 5.5.1 not within a transaction");
            client.command("RSET", "250 2.0.0 reset");
            client.command(plain("app", PASSWORD), DONE);
            client.command(plain("app", PASSWORD), "503 5.5.1 logged in already");
            ehlo(client);
            client.command("AUTH PLAIN", "503 5.5.1 logged in already");
        }
        try (var fixture = server(p -> p.authentication = Authentication.None); var client = secure(fixture)) {
            assertThat(ehlo(client)).noneMatch(l -> l.contains("AUTH"));
            client.command(plain("app", PASSWORD), "502 5.5.1 AUTH is not offered");
        }
    }

    @Test
    void ehloComesFirst() {
        try (var fixture = server(); var client = secure(fixture)) {
            client.command(plain("app", PASSWORD), "503 5.5.1 EHLO first");
            client.send("HELO client.test\r\n");
            client.reply();
            client.command(plain("app", PASSWORD), "503 5.5.1 EHLO first");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"app|wrong", "nobody|swordfish", "App|swordfish", "\u00ad|swordfish"})
    void everyFailureHasOneAnswerAndTheLogSaysWhoItWas(String user, String password) {
        try (var fixture = server(); var client = ready(fixture)) {
            client.command(plain(user, password), FAILED);
            client.command("MAIL FROM:<a@b.c>", REQUIRED);
            assertThat(fixture.log).contains(new MailEvent.Login(1, false, user, "PLAIN", "wrong name or password"));
            assertThat(fixture.logged(MailEvent.Login.class).toString()).doesNotContain("swordfish");
            assertThat(fixture.count("postern.inbound.logins", "mechanism", "PLAIN", "result", "failed")).isEqualTo(1);
        }
    }

    @Test
    void failuresCountAsErrors() {
        try (var fixture = server(); var client = ready(fixture)) {
            for (int i = 1; i < ServerFixture.LIMITS.maxErrors(); i++) {
                client.command(plain("app", "guess" + i), FAILED);
            }
            client.command(plain("app", "guess"), FAILED);
            client.expect("421 4.7.0 too many errors");
        }
    }

    @Test
    void theClientMayWaitForTheChallengeSendNothingOrCancel() {
        try (var fixture = server(); var client = ready(fixture)) {
            client.command("AUTH PLAIN", "334 ");
            client.command("*", "501 5.7.0 authentication cancelled");
            client.command("auth plain", "334 ");
            client.command(base64("\0app\0" + PASSWORD), DONE);
        }
        try (var fixture = server(); var client = ready(fixture)) {
            client.command("AUTH PLAIN =", "501 5.5.2 cannot be understood as PLAIN");
            client.command("AUTH SCRAM-SHA-256", "334 ");
            client.command("", "501 5.5.2 cannot be understood as SCRAM-SHA-256");
            client.command("AUTH LOGIN", "504 5.5.4 mechanism is not offered; offered: SCRAM-SHA-256 PLAIN");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"!", "AGFwcABzd29yZGZpc2g", "AGFwcABzd29yZGZpc2h=", "AGFw cABz", "AGFwcABzd29yZGZpc2g=\t", "MAIL FROM:<a@b.c>", "\u00fc"})
    void whatIsNotExactlyBase64EndsTheExchange(String response) {
        try (var fixture = server(); var client = ready(fixture)) {
            client.command("AUTH PLAIN", "334 ");
            client.command(response, "501 5.5.2 cannot decode Base64");
            client.command("NOOP", "250 2.0.0 ok");
        }
    }

    @Test
    void linesOfAnExchangeMayBeLongAndTheOthersMayNot() {
        try (var fixture = server(); var client = ready(fixture)) {
            String longest = "A".repeat(SessionLogin.MAX_LINE - 2 - "AUTH PLAIN ".length());
            client.command("AUTH PLAIN " + longest.substring(longest.length() % 4), "501 5.5.2 cannot be understood as PLAIN");
            client.command("AUTH PLAIN " + longest + "A", "500 5.5.2 line is longer than 2000 octets");
            client.command("AUTH PLAIN", "334 ");
            client.command("A".repeat(SessionLogin.MAX_LINE - 2), "501 5.5.2 cannot decode Base64");
            client.command("AUTH PLAIN", "334 ");
            client.command("A".repeat(SessionLogin.MAX_LINE - 1), "500 5.5.6 line is longer than 12288 octets");
        }
        try (var fixture = server(); var client = ready(fixture)) {
            client.command("NOOP " + "A".repeat(3000), "500 5.5.2 line is longer than 2000 octets");
        }
        try (var fixture = server(); var client = fixture.ehlo()) {
            client.command("AUTH PLAIN " + "A".repeat(3000), "500 5.5.2 line is longer than 2000 octets");
        }
    }

    @Test
    void aLongInitialResponseMayComeInPieces() {
        try (var fixture = server(); var client = ready(fixture)) {
            String line = plain("app", "x".repeat(1000) + PASSWORD) + "\r\n";
            for (int at = 0; at < line.length(); at += 7) {
                client.send(line.substring(at, Math.min(line.length(), at + 7)));
            }
            client.expect(FAILED);
        }
    }

    @Test
    void whatIsPipelinedBehindALoginWaitsForIt() {
        try (var fixture = server(); var client = ready(fixture)) {
            client.send(plain("app", PASSWORD) + "\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<x@elsewhere.test>\r\n");
            client.expect(DONE);
            client.expect("250 2.1.0 sender <a@b.c> ok");
            client.expect("250 2.1.5 recipient <x@elsewhere.test> ok");
        }
        try (var fixture = server(); var client = ready(fixture)) {
            client.send(plain("app", "wrong") + "\r\nMAIL FROM:<a@b.c>\r\n");
            client.expect(FAILED);
            client.expect(REQUIRED);
        }
    }

    @Test
    void scramLogsInAndTheServerProvesThatItKnowsTheVerifier() throws Exception {
        try (var fixture = server(); var client = ready(fixture)) {
            String bare = "n=app,r=clientnonce";
            client.send("AUTH SCRAM-SHA-256 " + base64("n,," + bare) + "\r\n");
            String first = challenge(client);
            String last = "c=biws,r=" + first.substring(2, first.indexOf(",s="));
            byte[] salted = salted(PASSWORD, Base64.getDecoder().decode(first.substring(first.indexOf(",s=") + 3, first.indexOf(",i="))));
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] signature = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), bare + "," + first + "," + last);
            byte[] proof = clientKey.clone();
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= signature[i];
            }
            client.send(base64(last + ",p=" + Base64.getEncoder().encodeToString(proof)) + "\r\n");
            assertThat(challenge(client)).isEqualTo("v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), bare + "," + first + "," + last)));
            client.command("", DONE);
            client.command("MAIL FROM:<a@b.c>", "250 2.1.0 sender <a@b.c> ok");
            assertThat(fixture.log).contains(new MailEvent.Login(1, true, "app", "SCRAM-SHA-256", null));
        }
    }

    @Test
    void scramOfNobodyGoesAsFarAsThatOfSomebody() {
        try (var fixture = server(); var client = ready(fixture)) {
            for (String user : List.of("app", "nobody")) {
                client.send("AUTH SCRAM-SHA-256 " + base64("n,,n=" + user + ",r=clientnonce") + "\r\n");
                String first = challenge(client);
                assertThat(first).matches("r=clientnonce\\S+,s=[A-Za-z0-9+/]{22}==,i=4096");
                client.command(base64("c=biws,r=" + first.substring(2, first.indexOf(",s=")) + ",p=" + "A".repeat(43) + "="), FAILED);
            }
        }
    }

    @Test
    void whoIsAddedOrRemovedIsSoInSessionsThatBeganBefore() {
        try (var fixture = server(); var before = ready(fixture); var other = ready(fixture)) {
            fixture.swap(p -> p.users = USERS.replace("app:", "new:"));
            before.command(plain("app", PASSWORD), FAILED);
            other.command(plain("new", PASSWORD), DONE);
        }
    }

    private static RawClient shown(ServerFixture fixture, TestPki.Identity identity) {
        fixture.now = Instant.now();
        RawClient client = fixture.ehlo();
        client.send("STARTTLS\r\n");
        client.expect("220 2.0.0 go ahead with TLS");
        client.handshake(RawClient.context(identity), null);
        return client;
    }

    private static void machines(TestPlan plan) {
        plan.mechanisms = List.of(Mechanism.EXTERNAL, Mechanism.PLAIN);
        plan.clientCertificates = ClientCertificates.Request;
        plan.bundles = Map.of("clients", CA.pem());
    }

    @Test
    void externalIsTheNameInTheCertificate() {
        try (var fixture = server(LoginTest::machines); var client = shown(fixture, MACHINE)) {
            assertThat(ehlo(client)).anyMatch(l -> l.substring(4).equals("AUTH EXTERNAL PLAIN"));
            client.command("AUTH EXTERNAL " + base64("other.example.com"), FAILED);
            client.command("AUTH EXTERNAL =", DONE);
            assertThat(fixture.log).contains(new MailEvent.Login(1, true, "printer.example.com", "EXTERNAL", null));
        }
        try (var fixture = server(LoginTest::machines); var client = shown(fixture, MACHINE)) {
            ehlo(client);
            client.command("AUTH EXTERNAL", "334 ");
            client.command(base64("second.example.com"), DONE);
            assertThat(fixture.log).contains(new MailEvent.Login(1, true, "second.example.com", "EXTERNAL", null));
        }
    }

    @Test
    void withoutACertificateOfAnAuthorityThatWasNamedThereIsNoExternal() {
        TestPki.Identity own = TestPki.issue(TestPki.Request.client("machine", "printer.example.com"), null);
        for (TestPki.Identity identity : new TestPki.Identity[] {null, own}) {
            try (var fixture = server(LoginTest::machines); var client = shown(fixture, identity)) {
                assertThat(ehlo(client)).anyMatch(l -> l.substring(4).equals("AUTH PLAIN"));
                client.command("AUTH EXTERNAL =", "504 5.5.4 mechanism is not offered; offered: PLAIN");
                client.command("MAIL FROM:<a@b.c>", REQUIRED);
            }
        }
        try (var fixture = server(p -> {
            machines(p);
            p.bundles = Map.of();
        }); var client = shown(fixture, MACHINE)) {
            assertThat(ehlo(client)).anyMatch(l -> l.substring(4).equals("AUTH PLAIN"));
        }
    }

    @Test
    void nothingOfALoginIsInTheLog() {
        try (var fixture = server(); var client = ready(fixture)) {
            client.command(plain("app", "wrong-secret"), FAILED);
            client.command("AUTH PLAIN", "334 ");
            client.command(base64("\0app\0" + PASSWORD), DONE);
            String secret = base64("\0app\0" + PASSWORD);
            assertThat(fixture.log).noneMatch(e -> e.toString().contains("wrong-secret") || e.toString().contains(PASSWORD) || e.toString().contains(secret) || e.toString().contains("SCRAM-SHA-256$"));
        }
    }

    private static String challenge(RawClient client) {
        String line = client.reply().getFirst();
        assertThat(line).startsWith("334 ");
        return new String(Base64.getDecoder().decode(line.substring(4)), StandardCharsets.US_ASCII);
    }

    private static byte[] salted(String password, byte[] salt) throws Exception {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(new PBEKeySpec(password.toCharArray(), salt, 4096, 256)).getEncoded();
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }
}
