package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.TestCertificates;
import dev.postern.pki.issue.Answers.Accepted;
import dev.postern.pki.issue.Answers.Reason;
import dev.postern.pki.issue.Answers.Refused;
import dev.postern.pki.issue.Answers.Result;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final KeyPair KEY = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair OLD = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final List<String> NAMES = List.of("mail.example.com", "*.example.net");
    private static final Authority ROOT = new Authority("Root", NOW, Duration.ofDays(1000));
    private static final Authority ISSUING = ROOT.intermediate("Issuing", Duration.ofDays(500));
    private static final String REQUEST = SigningRequests.make(new Subject(), NAMES, KEY);
    private static final String ANSWER = ISSUING.sign(REQUEST, Duration.ofDays(90));
    private static final X509Certificate LEAF = Chains.parse(ANSWER).getFirst();
    private static final X509Certificate INTERMEDIATE = Chains.parse(ISSUING.certificatePem()).getFirst();
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void acceptsTheAnswerToARequestOfEveryAlgorithm(Algorithm algorithm) {
        KeyPair key = KeyPairs.generate(algorithm);
        String answer = ISSUING.sign(SigningRequests.make(new Subject(), NAMES, key), Duration.ofDays(90));
        assertThat(accepted(Answers.check(NAMES, List.of(KEY, key), answer, NOW)).key()).isSameAs(key);
    }

    @Test
    void putsTheLeafFirstAndLeavesTheRestInItsOrderEachOnce() {
        String shuffled = "the answer:\n" + ROOT.certificatePem() + ISSUING.certificatePem() + ANSWER + REQUEST;
        Accepted accepted = accepted(check(shuffled));
        assertThat(accepted.certificates()).extracting(Names::subject).containsExactly("CN=mail.example.com", "CN=Root", "CN=Issuing");
        assertThat(accepted).hasToString("Accepted[CN=mail.example.com, CN=Root, CN=Issuing]");
    }

    @Test
    void acceptsALeafAlone() {
        assertThat(accepted(check(Chains.toPem(List.of(LEAF)))).certificates()).containsExactly(LEAF);
    }

    @Test
    void acceptsAnAnswerForTheKeyInUse() {
        String answer = ISSUING.sign(SigningRequests.make(new Subject(), NAMES, OLD), Duration.ofDays(90));
        assertThat(accepted(Answers.check(NAMES, List.of(KEY, OLD), answer, NOW)).key()).isSameAs(OLD);
    }

    @Test
    void ofSeveralForTheKeyTakesTheOneThatLastsLongest() {
        X509Certificate longer = Chains.parse(ROOT.sign(REQUEST, Duration.ofDays(91))).getFirst();
        assertThat(accepted(check(ANSWER + Chains.toPem(List.of(longer)) + ROOT.certificatePem())).certificates()).first().isEqualTo(longer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA", "CERTIFICATE"})
    void readsPkcs7AsWindowsAuthoritiesAnswer(String header) throws Exception {
        Command.assumeInstalled("openssl");
        Files.writeString(folder.resolve("chain.pem"), ROOT.certificatePem() + ANSWER);
        String pkcs7 = Command.run(folder, "openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem");
        Accepted accepted = accepted(check(pkcs7.replace("PKCS7", header)));
        assertThat(accepted.certificates()).containsExactlyInAnyOrder(LEAF, INTERMEDIATE, Chains.parse(ROOT.certificatePem()).getFirst()).startsWith(LEAF);
    }

    @Test
    void refusesTheAnswerToAnotherRequestAndSaysWhoseKeyItHas() {
        KeyPair other = KeyPairs.generate(Algorithm.RSA_2048);
        String answer = ISSUING.sign(SigningRequests.make(new Subject(), NAMES, other), Duration.ofDays(90));
        Refused refused = refused(check(answer), Reason.KeyMismatch);
        assertThat(refused.message()).isEqualTo("CN=mail.example.com (public key " + Fingerprints.sha256(other.getPublic()).substring(0, 16)
                + ") is not for the key of the signing request (public key " + Fingerprints.sha256(KEY.getPublic()).substring(0, 16)
                + ", ECDSA-P256); perhaps another request was signed");
    }

    @Test
    void theFingerprintInTheMessageIsThatOfOpenssl() throws Exception {
        Command.assumeInstalled("openssl");
        Files.writeString(folder.resolve("request.pem"), REQUEST);
        Command.run(folder, "openssl", "req", "-in", "request.pem", "-noout", "-pubkey", "-out", "key.pem");
        Command.run(folder, "openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER", "-out", "key.der");
        assertThat(Command.run(folder, "openssl", "sha256", "key.der")).contains(Fingerprints.sha256(KEY.getPublic()));
    }

    @Test
    void refusesACertificateThatLacksNames() {
        String answer = ISSUING.sign(SigningRequests.make(new Subject(), List.of("mail.example.com", "a.example.net"), KEY), Duration.ofDays(90));
        assertThat(refused(check(answer), Reason.NamesMissing).message())
                .isEqualTo("the certificate CN=mail.example.com does not cover *.example.net; it covers mail.example.com, a.example.net");
        String wildcard = ISSUING.sign(SigningRequests.make(new Subject(), List.of("*.example.com", "*.EXAMPLE.net"), KEY), Duration.ofDays(90));
        accepted(check(wildcard));
        var subject = new Subject();
        subject.commonName = "someone";
        String nameless = ISSUING.sign(SigningRequests.make(subject, List.of(), KEY), Duration.ofDays(90));
        assertThat(refused(check(nameless), Reason.NamesMissing).message()).endsWith("does not cover mail.example.com, *.example.net; it covers no DNS name");
    }

    @Test
    void refusesWhatIsNotValidNowBothEndsIncluded() {
        Instant from = LEAF.getNotBefore().toInstant();
        Instant until = LEAF.getNotAfter().toInstant();
        accepted(Answers.check(NAMES, List.of(KEY), ANSWER, from));
        accepted(Answers.check(NAMES, List.of(KEY), ANSWER, until));
        assertThat(refused(Answers.check(NAMES, List.of(KEY), ANSWER, from.minusSeconds(1)), Reason.NotYetValid).message())
                .isEqualTo("the certificate CN=mail.example.com is not valid before " + from);
        assertThat(refused(Answers.check(NAMES, List.of(KEY), ANSWER, until.plusSeconds(1)), Reason.Expired).message())
                .isEqualTo("the certificate CN=mail.example.com expired at " + until);
    }

    @Test
    void refusesAnAuthoritysCertificate() {
        String answer = Chains.toPem(List.of(TestCertificates.authority("CN=mail.example.com", KEY)));
        assertThat(refused(check(answer), Reason.IsAuthority).message())
                .isEqualTo("the certificate CN=mail.example.com is an authority's (basicConstraints has CA:TRUE); needed is a server's");
        accepted(check(answer + ANSWER));
    }

    @Test
    void refusesAChainWithoutTheIssuerAndNamesIt() {
        assertThat(refused(check(Chains.toPem(List.of(LEAF)) + ROOT.certificatePem()), Reason.ChainBroken).message())
                .isEqualTo("none of the other certificates in the answer issued the certificate CN=mail.example.com; missing is that of its issuer CN=Issuing");
        String impostor = Chains.toPem(List.of(TestCertificates.authority("CN=Issuing", OLD)));
        refused(check(Chains.toPem(List.of(LEAF)) + impostor), Reason.ChainBroken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"})
    void saysThatThereIsNoCertificate(String answer) {
        assertThat(refused(check(answer), Reason.NoCertificate).message()).startsWith("there is no certificate in the answer; needed are certificates in PEM");
        refused(check(REQUEST), Reason.NoCertificate);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAAA", "%%%%", "MAA=", "MAMCAQE=", "MAsGCSqGSIb3DQEHAg==", "MIIB"})
    void saysThatAnAnswerCannotBeRead(String base64) {
        for (String type : List.of("CERTIFICATE", "PKCS7")) {
            String broken = "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
            assertThat(refused(check(broken), Reason.NotReadable).message()).startsWith("the answer cannot be read; needed are certificates in PEM");
            refused(check(ANSWER + broken), Reason.NotReadable);
        }
        refused(check(ANSWER.substring(0, ANSWER.length() - 40)), Reason.NotReadable);
    }

    private static Result check(String answer) {
        return Answers.check(NAMES, List.of(KEY), answer, NOW);
    }

    private static Accepted accepted(Result result) {
        assertThat(result).isInstanceOf(Accepted.class);
        return (Accepted) result;
    }

    private static Refused refused(Result result, Reason reason) {
        assertThat(result).isInstanceOf(Refused.class);
        assertThat(((Refused) result).reason()).as(((Refused) result).message()).isEqualTo(reason);
        return (Refused) result;
    }
}
