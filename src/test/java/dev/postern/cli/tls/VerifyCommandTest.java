package dev.postern.cli.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.gateway.tls.TestPki;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.pki.KeyPairs;
import dev.postern.testing.Postfix;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code postern tls verify} against a real Postfix. */
class VerifyCommandTest {
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Root"), null);
    private static final TestPki.Identity GOOD = TestPki.issue(Request.server("x", "partner.test"), ROOT);
    @TempDir
    static Path folder;
    private static Postfix encrypted;
    private static Postfix clear;
    private static Path root;

    private record Ran(int code, String out, String err) {
        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(out);
        }
    }

    private static Ran verify(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new TlsCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] all = new String[arguments.length + 1];
        all[0] = "verify";
        Arrays.setAll(all, i -> i == 0 ? "verify" : arguments[i - 1].toString());
        return new Ran(line.execute(all), out.toString(), err.toString());
    }

    @BeforeAll
    static void start() throws Exception {
        String pem = KeyPairs.toPem(GOOD.keys().getPrivate()) + GOOD.pem();
        encrypted = Postfix.start("mx.partner.test", pem);
        clear = Postfix.start("mx.partner.test", pem, "smtpd_tls_security_level = none");
        root = Files.writeString(folder.resolve("root.pem"), ROOT.pem());
    }

    @AfterAll
    static void stop() throws Exception {
        encrypted.close();
        clear.close();
    }

    @Test
    void aVerifiedServerIsGoodForEveryMode() throws Exception {
        Ran ran = verify("partner.test", "--mode", "RequiredVerify", "--route", "127.0.0.1:" + encrypted.port(), "--trust", root, "-o", "json");

        assertThat(ran.code()).as(ran.err()).isZero();
        JsonNode report = ran.json();
        assertThat(report.at("/verdict/how").asText()).isEqualTo("VERIFIED");
        assertThat(report.at("/verdicts/None/how").asText()).isEqualTo("CLEAR");
        assertThat(report.at("/verdicts/Preferred/how").asText()).isEqualTo("ENCRYPTED");
        assertThat(report.at("/verdicts/PreferredVerify/how").asText()).isEqualTo("VERIFIED");
        assertThat(report.at("/hosts/0/steps")).extracting((JsonNode s) -> s.get("name").asText() + " " + s.get("status").asText())
                .containsSubsequence("connect OK", "greeting OK", "ehlo OK", "handshake OK", "certificate NOTE", "verification OK");
    }

    @Test
    void aStrangersCertificateIsRefusedWhereVerificationIsRequired() throws Exception {
        Ran ran = verify("partner.test", "--mode", "RequiredVerify", "--route", "127.0.0.1:" + encrypted.port(), "-o", "json");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.json().at("/verdict/reason").asText()).isEqualTo("UnknownIssuer");
        assertThat(ran.json().at("/verdict/alert").asBoolean()).isTrue();
        assertThat(ran.json().at("/verdicts/Required/how").asText()).isEqualTo("ENCRYPTED");
    }

    @Test
    void withoutStarttlsMailGoesInClearOrNotAtAll() throws Exception {
        Ran required = verify("partner.test", "--mode", "Required", "--route", "127.0.0.1:" + clear.port());
        Ran preferred = verify("partner.test", "--mode", "Preferred", "--route", "127.0.0.1:" + clear.port());

        assertThat(required.code()).isEqualTo(1);
        assertThat(required.out()).contains("Verdict:          Required: mail is not sent; STARTTLS not offered", "an alert is raised");
        assertThat(preferred.code()).isZero();
        assertThat(preferred.out()).contains("Preferred: mail is sent in clear; STARTTLS not offered");
    }

    @Test
    void theNextHostIsTriedAsDeliveryWould() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        Ran ran = verify("partner.test", "--mode", "Required", "--route", "127.0.0.1:" + nobody, "--route", "127.0.0.1:" + clear.port(), "--route",
                "127.0.0.1:" + encrypted.port(), "-o", "json");

        assertThat(ran.code()).isZero();
        assertThat(ran.json().at("/hosts")).extracting((JsonNode h) -> h.at("/verdicts/Required/how").asText()).containsExactly("NOT_SENT", "NOT_SENT", "ENCRYPTED");
        assertThat(ran.json().at("/hosts/0/steps/0/status").asText()).isEqualTo("FAILED");
    }

    @Test
    void aFoldersManifestsSayHow() throws Exception {
        Path manifests = Files.createDirectories(folder.resolve("manifests"));
        Files.writeString(manifests.resolve("all.yaml"), """
                apiVersion: postern.dev/v1alpha1
                kind: MailGateway
                metadata: {name: default}
                spec: {hostname: mail.example.com}
                ---
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: partner}
                spec:
                  destinations: [partner.test]
                  tls: {mode: RequiredVerify, trustBundleRef: {name: ca}}
                  route: {hosts: [{host: 127.0.0.1, port: %d}]}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: ca}
                data:
                  ca.crt: |
                %s""".formatted(encrypted.port(), ROOT.pem().indent(4)));
        Ran ran = verify("partner.test", "--folder", manifests);

        assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out()).contains("DestinationControl partner: RequiredVerify, identity Hosted, trusting ca/ca.crt", "mail is sent over verified TLS");
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertThat(verify("partner_.test", "--mode", "Required")).satisfies(ran -> {
            assertThat(ran.code()).isEqualTo(2);
            assertThat(ran.err()).contains("'partner_.test' is not a host name");
        });
        assertThat(verify("partner.test", "--mode", "Required", "--route", "host:0").err()).contains("--route: 'host:0' is no host; allowed are HOST, HOST:PORT and [IPV6]:PORT");
        assertThat(verify("partner.test", "--folder", folder.resolve("nowhere")).err()).contains("there is no folder");
        assertThat(verify("partner.test", "--mode", "Required", "--trust", folder.resolve("nowhere")).err()).contains("cannot be read");
        assertThat(verify("partner.test", "--mode", "Sometimes").code()).isEqualTo(2);
    }
}
