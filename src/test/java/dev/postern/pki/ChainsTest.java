package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.Chains.Finding;
import dev.postern.pki.Chains.Kind;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainsTest {
    private static final KeyPair ROOT_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair MIDDLE_KEYS = KeyPairs.generate(Algorithm.RSA_2048);
    private static final KeyPair LEAF_KEYS = KeyPairs.generate(Algorithm.ECDSA_P384);
    private static final X509Certificate ROOT = TestCertificates.authority("CN=Root", ROOT_KEYS);
    private static final X509Certificate MIDDLE = TestCertificates.issue("CN=Middle", MIDDLE_KEYS.getPublic(), null, true, "CN=Root", ROOT_KEYS.getPrivate(), TestCertificates.FROM, TestCertificates.UNTIL);
    private static final X509Certificate LEAF = TestCertificates.leaf("O=Example\\, Inc.,CN=mail.example.com", LEAF_KEYS.getPublic(), TestCertificates.dns("mail.example.com"), MIDDLE, MIDDLE_KEYS.getPrivate());
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    @Test
    void readsWhatItWroteInOrder() {
        List<X509Certificate> chain = List.of(LEAF, MIDDLE, ROOT);
        assertThat(Chains.parse(Chains.toPem(chain))).isEqualTo(chain);
    }

    @Test
    void passesOverCommentsAndOtherObjects() {
        String pem = "subject=CN = mail\n" + KeyPairs.toPem(LEAF_KEYS.getPrivate()) + Chains.toPem(List.of(LEAF)) + "trailing text\n";
        assertThat(Chains.toPem(Chains.parse(pem))).isEqualTo(Chains.toPem(List.of(LEAF)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"})
    void saysThatThereIsNoCertificate(String text) {
        assertThatThrownBy(() -> Chains.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("there is no certificate; needed are");
    }

    @Test
    void saysWhichCertificateIsBroken() {
        String good = Chains.toPem(List.of(LEAF));
        assertThatThrownBy(() -> Chains.parse(good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")).hasMessage("certificate 2 is not a valid X.509 certificate");
        assertThatThrownBy(() -> Chains.parse(good + "-----BEGIN CERTIFICATE-----\nAAAA\n")).hasMessage("certificate 2 is not valid PEM");
        assertThatThrownBy(() -> Chains.parse("-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n")).hasMessage("certificate 1 is not valid PEM");
    }

    @Test
    void findsNothingWrongWithAGoodChainWithOrWithoutItsRoot() {
        assertThat(Chains.check(List.of(LEAF, MIDDLE), LEAF_KEYS.getPublic(), NOW)).isEmpty();
        assertThat(Chains.check(List.of(LEAF, MIDDLE, ROOT), LEAF_KEYS.getPublic(), NOW)).isEmpty();
        assertThat(Chains.check(List.of(LEAF), LEAF_KEYS.getPublic(), NOW)).isEmpty();
    }

    @Test
    void findsAKeyOfAnotherCertificate() {
        assertThat(Chains.check(List.of(LEAF, MIDDLE), KeyPairs.generate(Algorithm.ECDSA_P384).getPublic(), NOW)).extracting(Finding::kind).containsExactly(Kind.KEY_MISMATCH);
    }

    @Test
    void findsALeafThatIsNotFirstAndSaysWhereItIs() {
        List<Finding> findings = Chains.check(List.of(MIDDLE, LEAF), LEAF_KEYS.getPublic(), NOW);
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.LEAF_NOT_FIRST);
        assertThat(findings.getFirst().message()).contains("certificate 2 of 2");
    }

    @Test
    void findsAChainWithAGapOrWithAnImpostor() {
        assertThat(Chains.check(List.of(LEAF, ROOT), LEAF_KEYS.getPublic(), NOW)).extracting(Finding::kind).containsExactly(Kind.BROKEN_CHAIN);
        X509Certificate impostor = TestCertificates.authority("CN=Middle", ROOT_KEYS);
        assertThat(Chains.check(List.of(LEAF, impostor), LEAF_KEYS.getPublic(), NOW)).extracting(Finding::kind).containsExactly(Kind.BROKEN_CHAIN);
    }

    @Test
    void comparesValidityWithTheInstantGivenBothEndsIncluded() {
        assertThat(Chains.check(List.of(LEAF), LEAF_KEYS.getPublic(), TestCertificates.FROM)).isEmpty();
        assertThat(Chains.check(List.of(LEAF), LEAF_KEYS.getPublic(), TestCertificates.UNTIL)).isEmpty();
        assertThat(Chains.check(List.of(LEAF), LEAF_KEYS.getPublic(), TestCertificates.FROM.minusSeconds(1)))
                .containsExactly(new Finding(Kind.NOT_YET_VALID, "the certificate is not valid before 2026-01-01T00:00:00Z"));
        assertThat(Chains.check(List.of(LEAF), LEAF_KEYS.getPublic(), TestCertificates.UNTIL.plusSeconds(1)))
                .containsExactly(new Finding(Kind.EXPIRED, "the certificate expired at 2056-01-01T00:00:00Z"));
    }

    @Test
    void findsAKeyThatServersDoNotTake() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed448").generateKeyPair();
        X509Certificate leaf = TestCertificates.leaf("CN=x", keys.getPublic(), null, ROOT, ROOT_KEYS.getPrivate());
        assertThat(Chains.check(List.of(leaf), keys.getPublic(), NOW)).extracting(Finding::kind).contains(Kind.UNSUPPORTED_KEY);
    }

    @Test
    void namesCertificates() throws Exception {
        assertThat(Names.subject(LEAF)).isEqualTo("CN=mail.example.com,O=Example\\, Inc.");
        assertThat(Names.issuer(LEAF)).isEqualTo("CN=Middle");
        assertThat(Names.dnsNames(LEAF)).containsExactly("mail.example.com");
        assertThat(Names.dnsNames(ROOT)).isEmpty();
        assertThat(Fingerprints.sha256(LEAF)).matches("[0-9a-f]{64}");
    }
}
