package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.gateway.tlsrpt.ReportRecord.Destination.Https;
import dev.postern.pki.issue.Authority;
import dev.postern.testing.PythonHttps;
import java.io.ByteArrayInputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports posted to a server of others. */
class HttpsTransportTest {
    @TempDir
    Path folder;
    private final Authority authority = new Authority("Web", Instant.now(), Duration.ofDays(30));
    private final Report report = ReportGoldenTest.report("company-y.example", Results.encrypted("company-y.example"));

    /** Trusts what an authority issues. */
    static HttpClient client(Authority authority) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {TrustAnchors.of(authority.certificatePem()).trustManager()}, null);
        return HttpClient.newBuilder().sslContext(context).connectTimeout(Duration.ofSeconds(10)).build();
    }

    private Authority.Issued issued(String name) {
        return authority.issue(List.of(name), Duration.ofDays(10));
    }

    private static Https to(int port) {
        return new Https(URI.create("https://localhost:" + port + "/v1/tlsrpt"));
    }

    @Test
    void aReportIsPostedPackedAndOnlySuccessIsSuccess() throws Exception {
        try (PythonHttps server = new PythonHttps(folder, issued("localhost"), 500, 307, 404, 200, 201); HttpsTransport https = new HttpsTransport(client(authority))) {
            for (int status : new int[] {500, 307, 404}) {
                assertThatIOException().isThrownBy(() -> https.send(report, to(server.port()))).withMessage("the server answered " + status);
            }
            https.send(report, to(server.port()));
            https.send(report, to(server.port()));
            assertThat(server.posts()).isEqualTo(5);
            assertThat(server.head(3)).startsWith("POST /v1/tlsrpt HTTP/1.1\n").contains("Content-Type: application/tlsrpt+gzip\n");
            try (var in = new GZIPInputStream(new ByteArrayInputStream(server.body(3)))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(report.json());
            }
        }
    }

    @Test
    void nothingIsPostedToAServerWhoseCertificateIsNotGood() throws Exception {
        Authority stranger = new Authority("Stranger", Instant.now(), Duration.ofDays(30));
        for (Authority.Issued shown : List.of(issued("elsewhere.example"), stranger.issue(List.of("localhost"), Duration.ofDays(10)))) {
            try (PythonHttps server = new PythonHttps(folder, shown, 200); HttpsTransport https = new HttpsTransport(client(authority))) {
                assertThatIOException().isThrownBy(() -> https.send(report, to(server.port()))).withMessageContaining("SSLHandshakeException");
                assertThat(server.posts()).isZero();
            }
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsCutOffWhenTheGatewayStops() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            HttpsTransport https = new HttpsTransport(client(authority));
            Thread stopper = Thread.ofVirtual().start(() -> {
                try {
                    silent.accept();
                } catch (java.io.IOException e) {
                    // the test ends
                }
                https.close();
            });
            assertThatIOException().isThrownBy(() -> https.send(report, to(silent.getLocalPort())));
            stopper.join();
        }
    }
}
