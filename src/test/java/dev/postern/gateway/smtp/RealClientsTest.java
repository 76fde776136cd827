package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.tls.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that others wrote: swaks, openssl s_client, Python's smtplib. Each is left out where it is not installed. */
class RealClientsTest {
    @TempDir
    private Path folder;

    private static ServerFixture server() {
        return new ServerFixture(p -> {
            p.tls = TlsMode.Required;
            p.maxSize = 20_000_000;
            p.certificates = List.of(TestCertificates.ecdsa("mail.example.com"), TestCertificates.rsa("second.test"));
        });
    }

    static void assumeInstalled(String program) {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(d -> Files.isExecutable(Path.of(d, program))), program + " is not installed");
    }

    private String run(String input, String... command) throws Exception {
        return run(folder, input, command);
    }

    static String run(Path folder, String input, String... command) throws Exception {
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(in.toFile()).redirectOutput(out.toFile()).start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(out, StandardCharsets.ISO_8859_1);
        assertThat(ended).as(text).isTrue();
        return text;
    }

    @Test
    void swaksSendsOverTlsAndIsToldWithoutIt() throws Exception {
        assumeInstalled("swaks");
        try (var fixture = server()) {
            String[] command = {"swaks", "--server", "127.0.0.1", "--port", "" + fixture.server.address().getPort(), "--from", "a@sender.test",
                "--to", "b@example.com", "--header", "Subject: over TLS", "--body", "hello\n.\nworld", "--timeout", "30"};
            String output = run("", Stream.concat(Stream.of(command), Stream.of("--tls")).toArray(String[]::new));
            assertThat(output).contains("=== TLS started with cipher TLSv1.3", "250 2.0.0 ok:  Message 1 accepted");
            assertThat(fixture.spool.messages.getFirst().content()).contains("Subject: over TLS\r\n", "\r\n\r\nhello\r\n.\r\nworld\r\n");
            assertThat(run("", command)).contains("<** 530 #5.7.0 Must issue a STARTTLS command first");
            assertThat(fixture.failures).hasSize(1);
        }
    }

    @Test
    void opensslSeesTheCertificateOfTheNameItAsksFor() throws Exception {
        assumeInstalled("openssl");
        try (var fixture = server()) {
            for (String protocol : List.of("-tls1_2", "-tls1_3")) {
                String output = run("QUIT\r\n", "openssl", "s_client", "-starttls", "smtp", "-crlf", protocol, "-servername", "second.test",
                        "-connect", "127.0.0.1:" + fixture.server.address().getPort());
                assertThat(output).containsPattern("subject=CN ?= ?second.test");
            }
            assertThat(fixture.logged(MailEvent.InboundTls.class)).extracting(MailEvent.InboundTls::protocol).containsExactly("TLSv1.2", "TLSv1.3");
            String old = run("QUIT\r\n", "openssl", "s_client", "-starttls", "smtp", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0",
                    "-connect", "127.0.0.1:" + fixture.server.address().getPort());
            assertThat(old).contains("alert");
            assertThat(fixture.failures).extracting("reason").containsExactly("HandshakeFailed");
        }
    }

    @Test
    void pythonsSmtplibSendsALargeMessage() throws Exception {
        assumeInstalled("python3");
        try (var fixture = server()) {
            Path script = Files.writeString(folder.resolve("send.py"), """
                    import smtplib, ssl, sys
                    s = smtplib.SMTP('127.0.0.1', int(sys.argv[1]), timeout=30)
                    s.starttls(context=ssl._create_unverified_context())
                    s.ehlo()
                    assert 'starttls' not in s.esmtp_features, s.esmtp_features
                    body = 'Subject: large\\r\\n\\r\\n' + ('.' + 'x' * 70 + '\\r\\n') * 100000
                    refused = s.sendmail('a@sender.test', ['b@example.com', 'c@elsewhere.test'], body)
                    assert list(refused) == ['c@elsewhere.test'], refused
                    s.quit()
                    print('sent')
                    """);
            assertThat(run("", "python3", script.toString(), "" + fixture.server.address().getPort())).contains("sent");
            assertThat(fixture.spool.messages.getFirst().content()).isEqualTo("Subject: large\r\n\r\n" + ("." + "x".repeat(70) + "\r\n").repeat(100_000));
        }
    }

    @Test
    void pythonsSmtplibSeesWhatIsOfferedAndIsToldWhatItAskedFor() throws Exception {
        assumeInstalled("python3");
        try (var fixture = server()) {
            Path script = Files.writeString(folder.resolve("ask.py"), """
                    import smtplib, ssl, sys
                    from email.message import EmailMessage
                    s = smtplib.SMTP('127.0.0.1', int(sys.argv[1]), local_hostname='client.test', timeout=30)
                    s.starttls(context=ssl._create_unverified_context())
                    assert s.ehlo()[0] == 250
                    assert s.has_extn('smtputf8') and s.has_extn('pipelining') and s.esmtp_features['size'] == '20000000', s.esmtp_features
                    assert s.vrfy('b@example.com')[0] == 252
                    assert s.expn('list')[0] == 502
                    assert s.help() and s.noop()[0] == 250 and s.rset()[0] == 250
                    m = EmailMessage()
                    m['Subject'] = 'Gr\u00fc\u00dfe'
                    m['From'], m['To'] = 'j\u00fcrgen@sender.test', 'b@example.com'
                    m.set_content('caf\u00e9')
                    s.send_message(m, mail_options=['RET=HDRS', 'ENVID=x+2B1'], rcpt_options=['NOTIFY=SUCCESS,DELAY', 'ORCPT=rfc822;b@example.com'])
                    code, text = s.docmd('MAIL FROM:<a@sender.test> SIZE=20000001')
                    assert code == 552 and text.startswith(b'5.3.4'), (code, text)
                    s.quit()
                    print('sent')
                    """);
            assertThat(run("", "python3", script.toString(), "" + fixture.server.address().getPort())).contains("sent");
            var envelope = fixture.spool.messages.getFirst().envelope();
            assertThat(envelope.sender()).isEqualTo("j\u00fcrgen@sender.test");
            assertThat(envelope.smtpUtf8()).isTrue();
            assertThat(envelope.envid()).isEqualTo("x+2B1");
            assertThat(envelope.recipients().getFirst().dsnNotify()).isEqualTo("SUCCESS,DELAY");
        }
    }

    @Test
    void gosNetSmtpSendsOverTls() throws Exception {
        assumeInstalled("go");
        try (var fixture = server()) {
            Files.writeString(folder.resolve("go.mod"), "module sender\n\ngo 1.19\n");
            Files.writeString(folder.resolve("main.go"), """
                    package main

                    import (
                        "crypto/tls"
                        "fmt"
                        "net/smtp"
                        "os"
                        "strings"
                    )

                    func check(err error) {
                        if err != nil {
                            fmt.Println("failed:", err)
                            os.Exit(1)
                        }
                    }

                    func main() {
                        c, err := smtp.Dial(os.Args[1])
                        check(err)
                        check(c.Hello("client.test"))
                        check(c.StartTLS(&tls.Config{InsecureSkipVerify: true}))
                        check(c.Mail("a@sender.test"))
                        check(c.Rcpt("b@example.com"))
                        if err := c.Rcpt("c@elsewhere.test"); err == nil || !strings.HasPrefix(err.Error(), "550 ") {
                            fmt.Println("not refused:", err)
                            os.Exit(1)
                        }
                        w, err := c.Data()
                        check(err)
                        _, err = w.Write([]byte("Subject: from Go\\r\\n\\r\\n.dot\\r\\n" + strings.Repeat("x", 60000) + "\\r\\n"))
                        check(err)
                        check(w.Close())
                        check(c.Quit())
                        fmt.Println("sent")
                    }
                    """);
            String output = run("", "go", "run", "-C", folder.toString(), ".", "127.0.0.1:" + fixture.server.address().getPort());
            if (output.contains("flag provided but not defined")) {
                org.junit.jupiter.api.Assumptions.abort("this Go is older than 1.20");
            }
            assertThat(output).contains("sent");
            assertThat(fixture.spool.messages.getFirst().content()).isEqualTo("Subject: from Go\r\n\r\n.dot\r\n" + "x".repeat(60_000) + "\r\n");
        }
    }
}
