package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.pki.DkimRecord;
import dev.postern.pki.KeyPairs;
import dev.postern.testing.DkimVerifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports as mail, and their signatures before the verifier of dkimpy. */
class ReportMessageTest {
    private static final String OWNER = "tls1._domainkey.company-x.example";
    private static final Instant NOW = Instant.parse("2026-11-22T02:00:00Z");
    @TempDir
    Path folder;

    private static byte[] message(TestCertificates.Pair pair) throws GeneralSecurityException {
        Report report = ReportGoldenTest.report("company-y.example", Results.verified("company-y.example", Results.STS));
        DkimSigner signer = new DkimSigner("company-x.example", "tls1", KeyPairs.parse(pair.keyPem()).getPrivate());
        return ReportMessage.compose(report, "tlsrpt@company-x.example", "reports@company-y.example", signer, NOW);
    }

    private static String record(TestCertificates.Pair pair, String service) {
        return DkimRecord.of(pair.certificate().getPublicKey(), service);
    }

    @Test
    void aStrangersVerifierAcceptsItsSignatures() throws Exception {
        for (TestCertificates.Pair pair : List.of(TestCertificates.rsa("dkim.test"), TestCertificates.ed25519("dkim.test"))) {
            assertThat(DkimVerifier.verifies(folder, message(pair), OWNER, record(pair, "tlsrpt"))).as(pair.certificate().getPublicKey().getAlgorithm()).isTrue();
        }
    }

    @Test
    void itRefusesAChangedMessageAnotherKeyAndAKeyThatIsNotForReports() throws Exception {
        TestCertificates.Pair pair = TestCertificates.rsa("dkim.test");
        String signed = new String(message(pair), StandardCharsets.US_ASCII);
        for (String changed : List.of(signed.replace("Report Domain: company-y", "Report Domain: company-z"), signed.replace("about company-y", "about company-z"))) {
            assertThat(changed).isNotEqualTo(signed);
            assertThat(DkimVerifier.verifies(folder, changed.getBytes(StandardCharsets.US_ASCII), OWNER, record(pair, "tlsrpt"))).isFalse();
        }
        assertThat(DkimVerifier.verifies(folder, message(pair), OWNER, record(TestCertificates.rsa("dkim.test"), "tlsrpt"))).isFalse();
        assertThat(DkimVerifier.verifies(folder, message(pair), OWNER, record(pair, "email"))).isFalse();
    }

    @Test
    void spacesAndEmptyLinesThatRelaysChangeDoNotBreakASignature() throws Exception {
        TestCertificates.Pair pair = TestCertificates.rsa("dkim.test");
        DkimSigner signer = new DkimSigner("company-x.example", "tls1", KeyPairs.parse(pair.keyPem()).getPrivate());
        List<DkimSigner.Field> fields = List.of(new DkimSigner.Field("From", "<a@company-x.example>"), new DkimSigner.Field("Subject", "  two   spaces\r\n\t and a fold "));
        for (String body : List.of("", "\r\n", "\r\n\r\n", "x", " \t x  y \t\r\n\r\n \r\n", "no end of line at the end", "a\r\n\r\nb\r\n")) {
            String signature = signer.sign(fields, body.getBytes(StandardCharsets.US_ASCII), NOW);
            String message = "DKIM-Signature: " + signature + "\r\nFrom: <a@company-x.example>\r\nSUBJECT:two spaces and\r\n\ta fold\r\n\r\n" + body;
            assertThat(DkimVerifier.verifies(folder, message.replace("  ", " ").getBytes(StandardCharsets.US_ASCII), OWNER, record(pair, "tlsrpt"))).as("'" + body + "'").isTrue();
        }
    }

    @Test
    void dkimHasNoEcdsa() {
        assertThatExceptionOfType(GeneralSecurityException.class).isThrownBy(() -> message(TestCertificates.ecdsa("dkim.test")))
                .withMessage("DKIM has RSA and Ed25519, and the key is of type EC");
    }

    @Test
    void itHasTheHeadersAndPartsOfTheRfc() throws Exception {
        String message = new String(message(TestCertificates.ed25519("dkim.test")), StandardCharsets.US_ASCII);
        assertThat(message).contains("\r\nTLS-Report-Domain: company-y.example\r\n", "\r\nTLS-Report-Submitter: mail.company-x.example\r\n", "\r\nTLS-Required: No\r\n",
                "\r\nContent-Type: multipart/report; report-type=\"tlsrpt\";\r\n", "\r\nContent-Type: application/tlsrpt+gzip\r\n", "\r\nDate: Sun, 22 Nov 2026 02:00:00 +0000\r\n",
                "filename=\"mail.company-x.example!company-y.example!1795219200!1795305599!");
        assertThat(message.replaceAll("\r\n[\t ]+", " ")).containsPattern("\r\nSubject: Report Domain: company-y\\.example Submitter: mail\\.company-x\\.example Report-ID: <[0-9a-f-]+@mail\\.company-x\\.example>\r\n");
        assertThat(message.lines()).allMatch(l -> l.length() <= 200);
    }
}
