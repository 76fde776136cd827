package dev.postern.gateway.smtp;

import static dev.postern.gateway.smtp.RealClientsTest.assumeInstalled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.Mechanism;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Authentication;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Postfix;
import dev.postern.testing.Unpacked;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that others wrote log in: swaks, Python, msmtp by GNU SASL, Postfix by Cyrus SASL. */
class RealLoginsTest {
    private static final TestCertificates.Pair SERVER = TestCertificates.ecdsa("mail.example.com");
    @TempDir
    private Path folder;

    private static ServerFixture server(Mechanism... mechanisms) {
        return new ServerFixture(p -> {
            p.type = Type.Private;
            p.behavior = Behavior.Relay;
            p.certificates = List.of(SERVER);
            p.authentication = Authentication.Require;
            p.mechanisms = List.of(mechanisms);
            p.users = LoginTest.USERS;
        });
    }

    private static ServerFixture both() {
        return server(Mechanism.SCRAM_SHA_256, Mechanism.PLAIN);
    }

    private static String port(ServerFixture fixture) {
        return "" + fixture.server.address().getPort();
    }

    private String run(ProcessBuilder builder, String input) throws Exception {
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Process process = builder.redirectErrorStream(true).redirectInput(in.toFile()).redirectOutput(out.toFile()).start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(out, StandardCharsets.ISO_8859_1);
        assertThat(ended).as(text).isTrue();
        return text;
    }

    private static void taken(ServerFixture fixture, String mechanism, String output) {
        assertThat(fixture.log).as(output).contains(new MailEvent.Login(1, true, "app", mechanism, null));
        assertThat(fixture.spool.messages).as(output).hasSize(1).first().satisfies(m -> {
            assertThat(m.envelope().origin().user()).isEqualTo("app");
            assertThat(m.text()).contains(" with ESMTPSA id ");
        });
    }

    @Test
    void swaks() throws Exception {
        assumeInstalled("swaks");
        List<String> command = List.of("swaks", "--server", "127.0.0.1", "--port", "PORT", "--from", "a@sender.test", "--to", "b@elsewhere.test", "--timeout", "30", "--tls", "--auth-user", "app");
        try (var fixture = both()) {
            List<String> words = new ArrayList<>(command.stream().map(w -> w.equals("PORT") ? port(fixture) : w).toList());
            words.addAll(List.of("--auth", "PLAIN", "--auth-password", LoginTest.PASSWORD));
            taken(fixture, "PLAIN", run(new ProcessBuilder(words), ""));
            words.set(words.size() - 1, "wrong");
            assertThat(run(new ProcessBuilder(words), "")).contains("<~* 535 5.7.8 authentication credentials invalid");
            words.set(words.size() - 3, "LOGIN");
            assertThat(run(new ProcessBuilder(words), "")).contains("Auth not attempted, requested type not available");
        }
    }

    @Test
    void python() throws Exception {
        assumeInstalled("python3");
        try (var fixture = both()) {
            String program = """
                    import smtplib, ssl
                    context = ssl.create_default_context()
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                    s = smtplib.SMTP('127.0.0.1', %s, timeout=30)
                    s.starttls(context=context)
                    try:
                        s.login('app', 'wrong')
                    except smtplib.SMTPAuthenticationError as e:
                        print(e.smtp_code)
                    s.login('app', '%s')
                    s.sendmail('a@sender.test', ['b@elsewhere.test'], 'Subject: x\\r\\n\\r\\nhello\\r\\n')
                    s.quit()
                    """.formatted(port(fixture), LoginTest.PASSWORD);
            String output = run(new ProcessBuilder("python3", "-"), program);
            assertThat(output).isEqualToIgnoringNewLines("535");
            taken(fixture, "PLAIN", output);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scram-sha-256", "plain"})
    void msmtpByGnuSasl(String mechanism) throws Exception {
        Unpacked msmtp = Unpacked.of("sasl", "usr/bin/msmtp");
        try (var fixture = both()) {
            Path settings = Files.writeString(folder.resolve("msmtprc"), """
                    account default
                    host 127.0.0.1
                    port %s
                    from a@sender.test
                    tls on
                    tls_starttls on
                    tls_certcheck off
                    auth %s
                    user app
                    password %s
                    """.formatted(port(fixture), mechanism, LoginTest.PASSWORD));
            Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-------"));
            taken(fixture, mechanism.toUpperCase(java.util.Locale.ROOT), run(msmtp.command("usr/bin/msmtp", "--file=" + settings, "b@elsewhere.test"), "Subject: x\n\nhello\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "PLAIN"})
    void postfixByCyrusSasl(String mechanism) throws Exception {
        Unpacked sasl = Unpacked.of("sasl", "usr/bin/msmtp");
        try (var fixture = server(mechanism.equals("PLAIN") ? Mechanism.PLAIN : Mechanism.SCRAM_SHA_256)) {
            String next = "[127.0.0.1]:" + port(fixture);
            Path root = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), "postfix");
            try (Postfix postfix = Postfix.sender("client.test", "", List.of(), "virtual_mailbox_domains =", "relayhost = " + next, "smtp_tls_security_level = encrypt",
                    "smtp_sasl_auth_enable = yes", "smtp_sasl_security_options = noanonymous", "smtp_sasl_mechanism_filter = plain, scram-sha-256",
                    "smtp_sasl_password_maps = inline:{ {" + next + "=app:" + LoginTest.PASSWORD + "} }",
                    "import_environment = MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH=" + root + "/usr/lib/postfix:" + sasl.libraries() + " SASL_PATH=" + sasl.libraries() + "/sasl2",
                    "export_environment = TZ LANG=C LD_LIBRARY_PATH SASL_PATH")) {
                assertThat(run(new ProcessBuilder("swaks", "--server", "127.0.0.1", "--port", "" + postfix.port(), "--from", "a@sender.test", "--to", "b@elsewhere.test"), "")).contains("<-  250 2.0.0 Ok");
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> postfix.log().contains("status="));
                taken(fixture, mechanism, postfix.log());
            }
        }
    }
}
