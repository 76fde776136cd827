package dev.postern.gateway.smtp;

import static dev.postern.gateway.smtp.RealClientsTest.assumeInstalled;
import static dev.postern.gateway.smtp.RealClientsTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.ClientCertificates;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TestPki;
import dev.postern.plan.PolicyPlan;
import dev.postern.testing.Postfix;
import dev.postern.testing.Swaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that others wrote, with certificates and with TLS from the first octet. Each is left out where it is not installed. */
class RealClientCertificatesTest {
    private static final TestPki.Identity CA = TestPki.issue(TestPki.Request.ca("Partners"), null);
    private static final TestPki.Identity PARTNER = TestPki.issue(TestPki.Request.client("relay.partner.test", "relay.partner.test"), CA);
    private static final TestPki.Identity LATE = TestPki.issue(TestPki.Request.client("relay.partner.test", "relay.partner.test")
            .valid(TestPki.ago(30), TestPki.ago(2)), CA);

    @TempDir
    private Path folder;

    private static ServerFixture server(boolean implicit, ClientCertificates asked) {
        var fixture = new ServerFixture(p -> {
            p.tls = TlsMode.Required;
            p.implicit = implicit;
            p.certificates = List.of(TestCertificates.ecdsa("mail.example.com"), TestCertificates.rsa("second.test"));
            p.clientCertificates = asked;
            p.bundles = Map.of("clients", CA.pem());
            p.first = List.of(new TestPlan.Group("partners", List.of("cert:relay.partner.test"),
                    p.policy("partners", Behavior.Relay, PolicyPlan.Tls.of(TlsMode.Required), 500_000, 50)));
        });
        fixture.now = Instant.now();
        return fixture;
    }

    private String file(TestPki.Identity identity) throws Exception {
        return Files.writeString(folder.resolve("client.pem"), identity.keyAndChainPem()).toString();
    }

    private static void becamePartner(ServerFixture fixture) {
        assertThat(fixture.logged(MailEvent.SenderGroupMatch.class)).last().extracting(MailEvent.SenderGroupMatch::match).isEqualTo("cert:relay.partner.test");
    }

    @ParameterizedTest
    @CsvSource({"false,-tls1_2", "false,-tls1_3", "true,-tls1_2", "true,-tls1_3"})
    void opensslShowsItsCertificateAndSeesTheNamesOfTheAuthorities(boolean implicit, String protocol) throws Exception {
        assumeInstalled("openssl");
        try (var fixture = server(implicit, ClientCertificates.Request)) {
            String address = "127.0.0.1:" + fixture.server.address().getPort();
            String[] command = implicit ? new String[] {"openssl", "s_client", "-connect", address, "-crlf", "-quiet", "-ign_eof", "-servername", "second.test", protocol, "-cert", file(PARTNER), "-key", file(PARTNER)}
                    : new String[] {"openssl", "s_client", "-connect", address, "-crlf", "-quiet", "-ign_eof", "-starttls", "smtp", "-servername", "second.test", protocol, "-cert", file(PARTNER), "-key", file(PARTNER)};
            String output = run(folder, "EHLO client.test\nMAIL FROM:<a@b.c>\nRCPT TO:<x@elsewhere.test>\nQUIT\n", command);
            assertThat(output).contains("250-SIZE 500000", "250 2.1.5 recipient <x@elsewhere.test> ok").containsPattern("CN ?= ?second.test");
            becamePartner(fixture);
            String names = run(folder, "QUIT\n", implicit ? new String[] {"openssl", "s_client", "-connect", address, protocol}
                    : new String[] {"openssl", "s_client", "-connect", address, "-starttls", "smtp", protocol});
            assertThat(names).containsPattern("Acceptable client certificate CA names\\s+CN ?= ?Partners");
        }
    }

    @Test
    void opensslIsAskedForNothingWhereNoPolicyAsks() throws Exception {
        assumeInstalled("openssl");
        try (var fixture = server(false, ClientCertificates.None)) {
            String output = run(folder, "QUIT\n", "openssl", "s_client", "-connect", "127.0.0.1:" + fixture.server.address().getPort(), "-starttls", "smtp");
            assertThat(output).contains("No client certificate CA names sent").doesNotContain("Requested Signature Algorithms");
        }
    }

    @Test
    void opensslResumesWithItsCertificate() throws Exception {
        assumeInstalled("openssl");
        try (var fixture = server(true, ClientCertificates.Require)) {
            String address = "127.0.0.1:" + fixture.server.address().getPort();
            String saved = folder.resolve("session").toString();
            run(folder, "EHLO x\nQUIT\n", "openssl", "s_client", "-connect", address, "-quiet", "-crlf", "-ign_eof", "-tls1_2", "-cert", file(PARTNER), "-sess_out", saved);
            String output = run(folder, "EHLO x\nMAIL FROM:<a@b.c>\nQUIT\n", "openssl", "s_client", "-connect", address, "-crlf", "-ign_eof", "-tls1_2", "-sess_in", saved);
            assertThat(output).contains("Reused, TLSv1.2", "250 2.1.0 sender <a@b.c> ok");
            fixture.now = fixture.now.plus(Duration.ofDays(60));
            output = run(folder, "EHLO x\nMAIL FROM:<a@b.c>\nQUIT\n", "openssl", "s_client", "-connect", address, "-crlf", "-ign_eof", "-tls1_2", "-sess_in", saved);
            assertThat(output).contains("Reused, TLSv1.2", "530 5.7.0 a verified client certificate is required");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gnutlsShowsItsCertificate(boolean implicit) throws Exception {
        assumeInstalled("gnutls-cli");
        String key = folder.resolve("key.pem").toString();
        run(folder, "", "openssl", "ec", "-in", file(PARTNER), "-out", key);   // GnuTLS wants the public key in it
        try (var fixture = server(implicit, ClientCertificates.Require)) {
            Process process = new ProcessBuilder("gnutls-cli", "--insecure", "--crlf", implicit ? "--no-ocsp" : "--starttls-proto=smtp",
                    "--sni-hostname=mail.example.com", "--x509certfile=" + file(PARTNER), "--x509keyfile=" + key,
                    "-p", "" + fixture.server.address().getPort(), "127.0.0.1").redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile()).start();
            try {   // its input stays open: it ends with that, whatever is still to come
                await().atMost(Duration.ofSeconds(30)).until(() -> fixture.logged(MailEvent.SenderGroupMatch.class).size() == 2);
            } finally {
                process.destroyForcibly().waitFor();
            }
            becamePartner(fixture);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void swaksSendsWithItsCertificateAndIsToldWithoutIt(boolean implicit) throws Exception {
        assumeInstalled("swaks");
        try (var fixture = server(implicit, ClientCertificates.Require)) {
            int port = fixture.server.address().getPort();
            String how = implicit ? "--tls-on-connect" : "--tls";
            Swaks.Result taken = Swaks.tryToSend(port, "x@elsewhere.test", "with", "--no-tls", how, "--tls-cert", file(PARTNER), "--tls-key", file(PARTNER));
            assertThat(taken.transcript()).contains("250 2.0.0 ok:  Message 1 accepted");
            becamePartner(fixture);
            assertThat(Swaks.tryToSend(port, "b@example.com", "without", "--no-tls", how).transcript()).contains("530 5.7.0 a verified client certificate is required");
            assertThat(Swaks.tryToSend(port, "b@example.com", "late", "--no-tls", how, "--tls-cert", file(LATE), "--tls-key", file(LATE)).transcript())
                    .contains("530 5.7.0 a verified client certificate is required");
            assertThat(fixture.failures).extracting(TlsFailures.Failure::reason).containsExactly("ClientCertificateMissing", "ClientCertificateExpired");
            assertThat(fixture.spool.messages).hasSize(1);
        }
    }

    @Test
    void swaksInClearGetsNothingFromAPortOfImplicitTls() throws Exception {
        assumeInstalled("swaks");
        SmtpLimits hasty = new SmtpLimits(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMillis(500),
                Duration.ofSeconds(30), Duration.ofSeconds(5), 5, 100);
        try (var fixture = new ServerFixture(p -> {
            p.implicit = true;
            p.certificates = List.of(TestCertificates.ecdsa("mail.example.com"));
        }, hasty, ServerFixture.LOOPS)) {
            assertThat(Swaks.tryToSend(fixture.server.address().getPort(), "b@example.com", "clear", "--no-tls").transcript()).doesNotContain("220 ");
            await().until(() -> fixture.failures.size() == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void postfixRelaysWithItsCertificate(boolean implicit) throws Exception {
        try (var fixture = server(implicit, ClientCertificates.Require);
                var postfix = Postfix.start("relay.partner.test", PARTNER.keyAndChainPem(), "virtual_mailbox_domains =",
                        "relayhost = [127.0.0.1]:" + fixture.server.address().getPort(), "smtp_tls_security_level = encrypt",
                        "smtp_tls_wrappermode = " + (implicit ? "yes" : "no"), "smtp_tls_chain_files = $smtpd_tls_chain_files", "smtp_tls_loglevel = 1")) {
            Swaks.send(postfix.port(), "x@elsewhere.test", "through Postfix", "--no-tls");
            await().atMost(Duration.ofSeconds(30)).until(() -> fixture.spool.messages.size() == 1);
            assertThat(fixture.spool.messages.getFirst().text()).contains("with ESMTPS id 1", "Subject: through Postfix");
            becamePartner(fixture);
            await().atMost(Duration.ofSeconds(30)).until(() -> postfix.log().contains("status=sent (250 2.0.0 ok:  Message 1 accepted)"));
        }
    }
}
