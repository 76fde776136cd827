package dev.postern.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.OpensslServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern cert check HOST:PORT}, of servers of openssl, well and badly set up, and of some that are none. */
@Timeout(120)
class CheckServerTest {
    private static final String[] SMTP = {"220-mail.example.com\r\n220 ESMTP\r\n", "250-mail.example.com\r\n250-SIZE 1000\r\n250 STARTTLS\r\n", "220 go\r\n"};
    @TempDir
    static Path folder;
    private static OpensslPki pki;

    @BeforeAll
    static void make() {
        pki = new OpensslPki(folder);
        pki.root("root");
        pki.intermediate("middle", "root");
        pki.leaf("good", "middle", "mail.example.com");
        pki.leaf("old", "middle", "mail.example.com", "20200101000000Z", "20210101000000Z");
        pki.leaf("local", "middle", "localhost");
    }

    @Test
    void aGoodServerByStarttlsIsAccepted() throws IOException {
        try (var server = server("good", "middle")) {
            Ran ran = check(server.smtp(SMTP), "--name", "mail.example.com");
            assertThat(ran.code()).as(ran.toString()).isZero();
            assertThat(ran.out()).containsPattern("Form: +SMTP with STARTTLS, TLSv1.3, TLS_").contains("Result:           a peer that verifies would accept it");
        }
    }

    @Test
    void aGoodServerOfTlsIsFoundByItsSilence() throws IOException {
        try (var server = server("good", "middle")) {
            assertThat(check(server.port(), "--name", "mail.example.com").out()).containsPattern("Form: +TLS, TLSv1.3").containsPattern("OK +trust");
            assertThat(check(server.port(), "--name", "mail.example.com", "--starttls", "none").code()).isZero();
        }
        try (var server = new OpensslServer(pki.file("good.crt"), pki.file("good.key"), pki.file("middle.crt"), "-tls1_2")) {
            assertThat(check(server.port(), "--name", "mail.example.com", "--starttls", "none").out()).containsPattern("Form: +TLS, TLSv1.2");
        }
    }

    @Test
    void theHostIsTheNameWhereNoneIsGiven() throws IOException {
        try (var server = server("local", "middle")) {
            Ran ran = Ran.cert("check", "localhost:" + server.port(), "--trust", pki.file("root.crt"), "--starttls", "none");
            assertThat(ran.code()).as(ran.toString()).isZero();
            assertThat(ran.out()).containsPattern("OK +name +The certificate is for localhost");
        }
    }

    @Test
    void theNameAskedForIsSentAsSni() throws IOException {
        try (var server = new OpensslServer(pki.file("local.crt"), pki.file("local.key"), pki.file("middle.crt"), "-servername", "mail.example.com",
                "-cert2", pki.file("good.crt").toString(), "-key2", pki.file("good.key").toString())) {
            assertThat(check(server.port(), "--name", "mail.example.com", "--starttls", "none").out()).containsPattern("OK +name +The certificate is for mail.example.com");
        }
    }

    @Test
    void aServerThatForgotItsIntermediateIsRefused() throws IOException {
        try (var server = server("good", null)) {
            Ran ran = check(server.smtp(SMTP), "--name", "mail.example.com");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.out()).containsPattern("REFUSED +chain +The issuer 'CN=middle'").containsPattern("REFUSED +trust");
        }
    }

    @Test
    void anExpiredCertificateAndAWrongNameAreRefused() throws IOException {
        try (var server = server("old", "middle")) {
            Ran ran = check(server.smtp(SMTP), "--name", "mx.example.com");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.out()).containsPattern("REFUSED +dates +The certificate expired").containsPattern("REFUSED +name +The certificate is not for mx.example.com");
        }
    }

    @Test
    void aServerThatOffersNoStarttlsIsRefused() throws IOException {
        try (var server = server("good", "middle")) {
            Ran ran = check(server.smtp("220 x\r\n", "250-x\r\n250 SIZE\r\n"), "--name", "mail.example.com");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.out()).containsPattern("REFUSED +connection +The server does not offer STARTTLS");
            assertThat(check(server.smtp("554 no\r\n")).out()).contains("does not greet with 220 but with '554 no'");
            assertThat(check(server.smtp("220 x\r\n", "250 STARTTLS\r\n", "454 later\r\n")).out()).contains("answers STARTTLS with '454 later'");
        }
    }

    @Test
    void aServerThatWantsAClientCertificateIsLookedAtAllTheSame() throws IOException {
        try (var server = new OpensslServer(pki.file("good.crt"), pki.file("good.key"), pki.file("middle.crt"), "-Verify", "2", "-tls1_2")) {
            Ran ran = check(server.port(), "--name", "mail.example.com", "--starttls", "none");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.out()).containsPattern("REFUSED +connection +The TLS handshake fails").containsPattern("OK +trust").containsPattern("OK +name");
        }
    }

    @Test
    void anOldProtocolIsAConnectionThatFails() throws IOException {
        try (var server = new OpensslServer(pki.file("good.crt"), pki.file("good.key"), null, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")) {
            assertThat(check(server.port(), "--starttls", "none").out()).containsPattern("REFUSED +connection +The TLS handshake fails");
        }
    }

    @Test
    void aHostileServerIsBounded() throws IOException {
        try (var flood = talker("220-" + "x".repeat(100_000)); var lines = talker("220-x\r\n".repeat(10_000)); var closes = talker("")) {
            assertThat(check(flood.getLocalPort(), "--starttls", "smtp").out()).contains("A line has more than 2048 characters");
            assertThat(check(lines.getLocalPort(), "--starttls", "smtp").out()).contains("An answer has more than 100 lines");
            assertThat(check(closes.getLocalPort(), "--starttls", "smtp").out()).contains("The server closed the connection");
        }
    }

    @Test
    void escapesOfTheServerDoNotReachTheTerminal() throws IOException {
        try (var server = talker("554 \u001b[2Jcleared\r\n")) {
            assertThat(check(server.getLocalPort(), "--starttls", "smtp").out()).contains("554 ?[2Jcleared").doesNotContain("\u001b");
        }
    }

    @Test
    void noConnectionIsNoVerdict() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Ran ran = check(port);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("there is no connection to 127.0.0.1 port " + port);
        assertThat(Ran.cert("check", "nowhere.invalid:25").code()).isEqualTo(2);
    }

    private static OpensslServer server(String leaf, String chain) throws IOException {
        return new OpensslServer(pki.file(leaf + ".crt"), pki.file(leaf + ".key"), chain == null ? null : pki.file(chain + ".crt"));
    }

    private static Ran check(int port, Object... more) {
        var arguments = new java.util.ArrayList<Object>(java.util.List.of("check", "127.0.0.1:" + port, "--trust", pki.file("root.crt")));
        arguments.addAll(java.util.List.of(more));
        return Ran.cert(arguments.toArray());
    }

    /** Says this to whoever comes, and closes. */
    private static ServerSocket talker(String text) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(() -> {
            try (Socket client = server.accept()) {
                client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            } catch (IOException e) {
                // the client has seen enough
            }
        });
        return server;
    }
}
