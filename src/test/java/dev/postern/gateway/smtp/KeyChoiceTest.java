package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.tls.ServerContexts;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Swaks;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** RSA, ECDSA and Ed25519 for one name on one listener, as real clients of other makers see it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyChoiceTest {
    private static final Pattern CERTIFICATE = Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);
    private static final TestCertificates.Pair ECDSA = TestCertificates.ecdsa("mail.example.com");
    private static final TestCertificates.Pair ED25519 = TestCertificates.ed25519("mail.example.com");
    private static final TestCertificates.Pair RSA = TestCertificates.rsa("mail.example.com");
    private static final TestCertificates.Pair P384 = TestCertificates.p384("other.example.com");
    private static final TestCertificates.Pair OTHER_RSA = TestCertificates.rsa("other.example.com");

    private final Map<SslProvider, ServerFixture> servers = new java.util.EnumMap<>(SslProvider.class);

    @BeforeAll
    void open() {
        for (SslProvider provider : List.of(SslProvider.OPENSSL, SslProvider.JDK)) {
            servers.put(provider, server(provider, RSA, ECDSA, ED25519, OTHER_RSA, P384));
        }
    }

    @AfterAll
    void close() {
        servers.values().forEach(ServerFixture::close);
    }

    private static ServerFixture server(SslProvider provider, TestCertificates.Pair... pairs) {
        return new ServerFixture(p -> {
            p.tls = TlsMode.Preferred;
            p.contexts = new ServerContexts(provider);
            p.certificates = List.of(pairs);
        });
    }

    static Stream<Arguments> openSslClients() {
        return Stream.of(SslProvider.OPENSSL, SslProvider.JDK).flatMap(provider -> Stream.of(
                Arguments.of(provider, "", ECDSA),
                Arguments.of(provider, "-tls1_2", ECDSA),
                Arguments.of(provider, "-sigalgs ECDSA+SHA256", ECDSA),
                Arguments.of(provider, "-sigalgs ed25519:RSA-PSS+SHA256", ED25519),
                Arguments.of(provider, "-sigalgs ed25519", ED25519),
                Arguments.of(provider, "-sigalgs ed25519 -tls1_2", ED25519),
                Arguments.of(provider, "-sigalgs RSA-PSS+SHA256", RSA),
                Arguments.of(provider, "-sigalgs RSA-PSS+SHA512 -tls1_2", RSA),
                Arguments.of(provider, "-sigalgs RSA+SHA256 -tls1_2", RSA),
                Arguments.of(provider, "-cipher ECDHE-RSA-AES128-GCM-SHA256 -tls1_2", RSA),
                Arguments.of(provider, "-cipher ECDHE-ECDSA-AES128-GCM-SHA256 -tls1_2", ECDSA),
                Arguments.of(provider, "-servername other.example.com", P384),
                Arguments.of(provider, "-servername other.example.com -sigalgs ECDSA+SHA256:RSA-PSS+SHA256", OTHER_RSA),
                Arguments.of(provider, "-servername other.example.com -tls1_2 -groups P-256", OTHER_RSA),
                Arguments.of(provider, "-servername unknown.example.com -sigalgs RSA-PSS+SHA256", RSA),
                Arguments.of(provider, "-noservername", ECDSA)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("openSslClients")
    void openSslGetsTheCertificateWhoseKeyItKnows(SslProvider provider, String options, TestCertificates.Pair expected) throws Exception {
        String transcript = openSsl(servers.get(provider), options);
        assertThat(certificate(transcript)).as(transcript).isEqualTo(text(expected));
        assertThat(transcript).contains("Cipher is ").doesNotContain("Cipher is (NONE)");
    }

    static Stream<Arguments> gnuTlsClients() {
        return Stream.of(SslProvider.OPENSSL, SslProvider.JDK).flatMap(provider -> Stream.of(
                Arguments.of(provider, "NORMAL", ECDSA),
                Arguments.of(provider, "NORMAL:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256", RSA),
                Arguments.of(provider, "NORMAL:-SIGN-ALL:+SIGN-EDDSA-ED25519", ED25519),
                Arguments.of(provider, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA", RSA),
                Arguments.of(provider, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA", ECDSA)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("gnuTlsClients")
    void gnuTlsGetsTheCertificateWhoseKeyItKnows(SslProvider provider, String priority, TestCertificates.Pair expected) throws Exception {
        String transcript = run("gnutls-cli", "--starttls-proto=smtp", "--insecure", "--print-cert", "--sni-hostname", "mail.example.com", "--priority", priority,
                "--port", port(servers.get(provider)), "127.0.0.1");
        assertThat(certificate(transcript)).as(transcript).isEqualTo(text(expected));
        assertThat(transcript).contains("Handshake was completed");
    }

    @Test
    void swaksAndTheJdkSendOverIt() throws Exception {
        for (ServerFixture server : servers.values()) {
            String transcript = Swaks.send(server.server.address().getPort(), "b@example.com", "keys", "--tls-sni", "mail.example.com");
            assertThat(transcript).contains("TLS started with cipher TLSv1.3");
            try (RawClient client = server.ehlo()) {
                assertThat(client.startTls("mail.example.com")).isEqualTo(ECDSA.certificate());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENSSL", "JDK"})
    void aSessionResumesWithItsCertificateAndWithNoOther(SslProvider provider, @TempDir Path folder) throws Exception {
        String session = folder.resolve("session").toString();
        String tls12 = "-tls1_2 -no_ticket -servername mail.example.com ";
        try (ServerFixture server = server(provider, RSA, ECDSA)) {
            String rsa = tls12 + "-cipher ECDHE-RSA-AES128-GCM-SHA256 ";
            assertThat(openSsl(server, rsa + "-sess_out " + session)).contains("New, TLSv1.2");
            assertThat(openSsl(server, rsa + "-sess_in " + session)).contains("Reused, TLSv1.2");

            String asEcdsa = openSsl(server, tls12 + "-cipher ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256 -sess_in " + session);
            assertThat(asEcdsa).contains("New, TLSv1.2");
            assertThat(certificate(asEcdsa)).isEqualTo(text(ECDSA));

            TestCertificates.Pair renewed = TestCertificates.rsa("mail.example.com");
            server.swap(p -> p.certificates = List.of(renewed, ECDSA));
            String afterwards = openSsl(server, rsa + "-sess_in " + session);
            assertThat(afterwards).contains("New, TLSv1.2");
            assertThat(certificate(afterwards)).isEqualTo(text(renewed));
        }
    }

    private static String openSsl(ServerFixture server, String options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-starttls", "smtp", "-connect", "127.0.0.1:" + port(server)));
        if (!options.contains("-servername") && !options.contains("-noservername")) {
            command.addAll(List.of("-servername", "mail.example.com"));
        }
        Stream.of(options.split(" ")).filter(o -> !o.isEmpty()).forEach(command::add);
        return run(command.toArray(String[]::new));
    }

    private static String port(ServerFixture server) {
        return Integer.toString(server.server.address().getPort());
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        String transcript = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return transcript;
    }

    /** The first certificate of a transcript, without white space. */
    private static String certificate(String transcript) {
        Matcher matcher = CERTIFICATE.matcher(transcript);
        return matcher.find() ? matcher.group().replaceAll("\\s", "") : "none";
    }

    private static String text(TestCertificates.Pair pair) {
        return pair.chainPem().replaceAll("\\s", "");
    }
}
