package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.CertificateSpec.Algorithm;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
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
    void anIssuerIsOneThatHasTheNameAndMadeTheSignature() {
        assertThat(Chains.issued(MIDDLE, LEAF)).isTrue();
        assertThat(Chains.issued(ROOT, ROOT)).isTrue();
        assertThat(Chains.issued(ROOT, LEAF)).isFalse();
        assertThat(Chains.issued(TestCertificates.authority("CN=Middle", ROOT_KEYS), LEAF)).as("an impostor").isFalse();
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
