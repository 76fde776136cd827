package dev.postern.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code postern cert check FILE}, of files that openssl made. */
class CheckFileTest {
    @TempDir
    static Path folder;
    private static OpensslPki pki;

    @BeforeAll
    static void make() {
        pki = new OpensslPki(folder);
        pki.root("root");
        pki.intermediate("middle", "root");
        pki.leaf("good", "middle", "mail.example.com");
        pki.leaf("other", "middle", "other.example.com");
        pki.leaf("old", "middle", "mail.example.com", "20200101000000Z", "20210101000000Z");
        pki.concat("chain.pem", "good.crt", "middle.crt");
        pki.concat("all.pem", "good.key", "good.crt", "middle.crt", "root.crt");
        pki.concat("mixed.pem", "root.crt", "middle.crt", "good.crt", "middle.crt");
        pki.concat("stranger.pem", "good.crt", "middle.crt", "other.crt");
        pki.concat("old.pem", "old.crt", "middle.crt");
        pki.concat("wrong-key.pem", "other.key", "good.crt", "middle.crt");
        pki.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mail.example.com", "-addext", "subjectAltName=DNS:mail.example.com", "-keyout", "self.key", "-out", "self.crt");
        pki.openssl("x509", "-in", "good.crt", "-outform", "DER", "-out", "good.der");
        pki.openssl("crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-out", "chain.p7b");
        pki.openssl("crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", "DER", "-out", "chain.p7c");
        pki.write("password", "s3cret\n");
        pki.openssl("pkcs12", "-export", "-inkey", "good.key", "-in", "good.crt", "-certfile", "middle.crt", "-passout", "pass:s3cret", "-out", "good.p12");
        pki.openssl("ec", "-in", "good.key", "-aes128", "-passout", "pass:s3cret", "-out", "encrypted.key");
        pki.concat("encrypted.pem", "chain.pem", "encrypted.key");
    }

    @ParameterizedTest
    @CsvSource({"chain.pem, PEM", "all.pem, PEM", "chain.p7b, PEM", "chain.p7c, PKCS#7", "good.p12, PKCS#12"})
    void whatIsGoodIsAccepted(String file, String form) {
        Ran ran = check(file, "--name", "mail.example.com", "--password-file", pki.file("password"), "-o", "json");

        assertThat(ran.code()).as(ran.toString()).isZero();
        JsonNode examination = ran.json().get(0);
        assertThat(examination.get("accepted").asBoolean()).isTrue();
        assertThat(examination.get("how").asText()).isEqualTo(form);
        assertThat(levels(examination)).containsExactly("key OK", "dates OK", "chain OK", "trust OK", "name OK");
        assertThat(examination.at("/arranged")).hasSize(2);
        assertThat(examination.at("/trusted")).hasSize(3);
        assertThat(ran.out()).doesNotContain("PRIVATE KEY").doesNotContain(keyText("good.key"));
    }

    @Test
    void aMissingIntermediateIsNamed() {
        Ran ran = check("good.crt", "--name", "mail.example.com");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).containsPattern("REFUSED +chain +The issuer 'CN=middle' of the certificate 'CN=good' is missing and is not a known root; add its certificate\\.")
                .containsPattern("REFUSED +trust +No trusted authority issued the certificate 'CN=good'").contains("Result:           a peer that verifies would refuse it");
        assertThat(check("good.der", "--name", "mail.example.com").out()).containsPattern("Form: +DER").containsPattern("REFUSED +chain");
    }

    @Test
    void aWrongNameIsToldWithTheRightOnes() {
        Ran ran = check("chain.pem", "--name", "mx.example.com", "--name", "mail.example.com");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).containsPattern("REFUSED +name +The certificate is not for mx.example.com, but for mail.example.com\\.").containsPattern("OK +name +The certificate is for mail.example.com");
    }

    @Test
    void anExpiredOneIsRefusedAndWasGoodInItsTime() {
        Ran now = check("old.pem", "--name", "mail.example.com");
        assertThat(now.code()).isEqualTo(1);
        assertThat(now.out()).containsPattern("REFUSED +dates +The certificate expired at 2021-01-01T00:00:00Z\\. Renew it\\.");
        assertThat(check("chain.pem", "--name", "mail.example.com", "--at", "2024-06-01T00:00:00Z").out()).containsPattern("REFUSED +dates +The certificate is not valid before 2025-01-01T00:00:00Z");
        assertThat(check("chain.pem", "--name", "mail.example.com", "--at", "2099-12-25T00:00:00Z").out()).containsPattern("WARNING +dates +The certificate ends soon");
    }

    @Test
    void aSelfSignedOneIsGoodForThoseWhoHaveIt() {
        Ran strangers = check("self.crt", "--name", "mail.example.com");
        assertThat(strangers.code()).isEqualTo(1);
        assertThat(strangers.out()).containsPattern("REFUSED +trust +.*self-signed.* Only peers that were given it");
        Ran friends = Ran.cert("check", pki.file("self.crt"), "--trust", pki.file("self.crt"), "--name", "mail.example.com");
        assertThat(friends.out()).containsPattern("OK +trust");
    }

    @Test
    void disorderIsAWarningAndShownInOrder() {
        Ran ran = check("mixed.pem", "--name", "mail.example.com");
        assertThat(ran.code()).as(ran.toString()).isZero();
        assertThat(ran.out()).containsPattern("WARNING +chain +The order given").containsPattern("WARNING +chain +'CN=middle' is there 2 times")
                .containsPattern("As it should be served:\\n +SUBJECT.*\\n +1 +CN=good +CN=middle.*\\n +2 +CN=middle +CN=root");
        assertThat(check("stranger.pem", "--name", "mail.example.com").out()).containsPattern("WARNING +chain +'CN=other' issued none");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() {
        Ran ran = check("wrong-key.pem", "--name", "mail.example.com");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).containsPattern("REFUSED +key +The private key fits none").doesNotContain(keyText("other.key"));
    }

    @Test
    void anEncryptedKeyIsSaidNotToBeLookedAt() {
        Ran ran = check("encrypted.pem", "--name", "mail.example.com");
        assertThat(ran.code()).as(ran.toString()).isZero();
        assertThat(ran.out()).containsPattern("WARNING +key +The private key in the file is not looked at: the private key is encrypted");
    }

    @Test
    void withoutANameItSaysSo() {
        assertThat(check("chain.pem").out()).containsPattern("WARNING +name +No name was asked for");
    }

    @Test
    void whatIsNoCertificateIsAUsageError() throws IOException {
        assertThat(check("good.key")).satisfies(ran -> {
            assertThat(ran.code()).isEqualTo(2);
            assertThat(ran.err()).contains("there is no certificate, only a private key");
            assertThat(ran.out()).isEmpty();
        });
        Files.write(pki.file("garbage"), new byte[] {0x30, (byte) 0x82, 1, 2, 3});
        assertThat(check("garbage").err()).contains("there is no certificate; needed are certificates in PEM");
        Files.write(pki.file("large"), new byte[(1 << 20) + 1]);
        assertThat(check("large").err()).contains("is larger than 1048576 bytes");
        assertThat(Ran.cert("check", "nothing-here").err()).contains("there is no file 'nothing-here', and it is no server");
        assertThat(Ran.cert("check").err()).contains("give TARGET, --mx DOMAIN, or both");
        assertThat(check("chain.pem", "--at", "tomorrow").code()).isEqualTo(2);
    }

    @Test
    void aWrongPasswordSaysSoAndIsNotRepeated() {
        pki.write("wrong", "not-th1s\n");
        Ran ran = check("good.p12", "--password-file", pki.file("wrong"));
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("the password does not open the PKCS#12 file").doesNotContain("not-th1s");
    }

    @Test
    void theFieldsOfTheJsonAre() {
        JsonNode examination = check("chain.pem", "--name", "mail.example.com", "-o", "json").json().get(0);
        assertThat(examination.fieldNames()).toIterable().containsExactly("target", "how", "accepted", "verdicts", "presented", "arranged", "trusted");
        assertThat(examination.at("/presented/0").fieldNames()).toIterable().containsExactly("subject", "dnsNames", "issuer", "serialNumber", "notBefore", "notAfter", "daysLeft", "key",
                "signature", "authority", "sha256", "spkiSha256", "tlsa");
        String pin = pki.openssl("x509", "-in", "good.crt", "-noout", "-fingerprint", "-sha256").replaceAll("(?s).*=|[:\\s]", "").toLowerCase();
        assertThat(examination.at("/presented/0/sha256").asText()).isEqualTo(pin);
        assertThat(check("chain.pem", "-o", "yaml").out()).contains("accepted: true\n").contains("check: trust\n");
        assertThat(check("chain.pem", "-o", "wide").out()).contains("Certificate 2:");
    }

    private static Ran check(String file, Object... more) {
        List<Object> arguments = new java.util.ArrayList<>(List.of("check", pki.file(file), "--trust", pki.file("root.crt")));
        arguments.addAll(List.of(more));
        return Ran.cert(arguments.toArray());
    }

    private static List<String> levels(JsonNode examination) {
        return StreamSupport.stream(examination.get("verdicts").spliterator(), false).map(v -> v.get("check").asText() + " " + v.get("level").asText()).toList();
    }

    private static String keyText(String file) {
        return pki.text(file).lines().skip(1).findFirst().orElseThrow();
    }
}
