package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.CertificateSpec.Algorithm;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNamesTest {
    private static final KeyPair KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);

    @ParameterizedTest
    @CsvSource({
        "mail.example.com, mail.example.com, true",
        "mail.example.com, MAIL.Example.COM, true",
        "MAIL.example.com, mail.example.com, true",
        "mail.example.com, mail.example.com., true",
        "mail.example.com., mail.example.com, true",
        "mail.example.com, example.com, false",
        "mail.example.com, xmail.example.com, false",
        "*.example.com, mail.example.com, true",
        "*.example.com, MAIL.example.com, true",
        "*.example.com, xn--bcher-kva.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, a.b.example.com, false",
        "*.example.com, .example.com, false",
        "m*.example.com, mail.example.com, false",
        "*l.example.com, mail.example.com, false",
        "mail.*.com, mail.example.com, false",
        "*.*.example.com, a.b.example.com, false",
        "*, example, false",
        "*., example, false",
        "xn--bcher-kva.example, bücher.example, true",
        "xn--bcher-kva.example, BÜCHER.example, true",
        "XN--BCHER-KVA.example, xn--bcher-kva.example, true",
        "mail.example.com, '', false",
        "mail.example.com, '*.example.com', false",
        "*.example.com, '*.example.com', false",
    })
    void comparesSubjectAlternativeNames(String presented, String reference, boolean expected) {
        assertThat(HostNames.matches(certificate("CN=nobody", TestCertificates.dns(presented)), reference)).isEqualTo(expected);
    }

    @Test
    void asksTheCommonNameOnlyWhereThereIsNoDnsName() {
        assertThat(HostNames.matches(certificate("CN=mail.example.com", null), "mail.example.com")).isTrue();
        assertThat(HostNames.matches(certificate("CN=mail.example.com", TestCertificates.dns("other.example")), "mail.example.com")).isFalse();
        var email = new GeneralNames(new GeneralName(GeneralName.rfc822Name, "postmaster@example.com"));
        assertThat(HostNames.matches(certificate("CN=mail.example.com", email), "mail.example.com")).isTrue();
    }

    @Test
    void takesTheMostSpecificCommonName() {
        X509Certificate certificate = certificate("CN=example.net,O=Example,CN=mail.example.com", null);
        assertThat(HostNames.matches(certificate, "mail.example.com")).isTrue();
        assertThat(HostNames.matches(certificate, "example.net")).isFalse();
    }

    @Test
    void aSubjectAlternativeNameThatCannotBeReadRulesOutTheCommonName() {
        X509Certificate certificate = certificate("CN=mail.example.com", new DEROctetString(new byte[] {1, 2, 3}));
        assertThat(HostNames.matches(certificate, "mail.example.com")).isFalse();
        assertThat(Names.dnsNames(certificate)).isEmpty();
    }

    @Test
    void aNameWithANullByteIsNotItsBeginning() {
        assertThat(HostNames.matches(certificate("CN=x", TestCertificates.dns("mail.example.com\0.evil.test")), "mail.example.com")).isFalse();
    }

    @Test
    void anAddressMatchesAnAddressOnly() {
        byte[] address = {(byte) 192, 0, 2, 1};
        assertThat(HostNames.matches(certificate("CN=x", TestCertificates.address(address)), "192.0.2.1")).isTrue();
        assertThat(HostNames.matches(certificate("CN=x", TestCertificates.address(address)), "192.0.2.2")).isFalse();
        assertThat(HostNames.matches(certificate("CN=x", TestCertificates.dns("192.0.2.1")), "192.0.2.1")).isFalse();
        assertThat(HostNames.matches(certificate("CN=192.0.2.1", null), "192.0.2.1")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"Example.COM, example.com", "bücher.example, xn--bcher-kva.example", "localhost, localhost", "a-b.c, a-b.c"})
    void normalisesHostNames(String name, String expected) {
        assertThat(HostNames.normal(name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a..b", "-a.b", "a-.b", "a b", "a_b.c", "example.com.", "*.example.com", "a\nb", "xn--",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"})
    void refusesWhatIsNoHostName(String name) {
        assertThatThrownBy(() -> HostNames.normal(name)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is not a host name; allowed are");
    }

    @Test
    void refusesLettersThatTwoVersionsOfIdnaMapToDifferentDomains() {
        assertThatThrownBy(() -> HostNames.normal("faß.example")).hasMessageContaining("write its A-labels");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, true", "2001:db8::1, true", "::, true", "::1, true", "192.0.2, false", "192.0.2.256, false", "010.0.0.1, false", "[::1], false",
        "fe80::1%1, false", "1:2, false", "example.com, false", "'', false"})
    void knowsAddressLiterals(String text, boolean expected) {
        assertThat(HostNames.address(text).isPresent()).isEqualTo(expected);
    }

    private static X509Certificate certificate(String subject, ASN1Encodable names) {
        return TestCertificates.issue(subject, KEYS.getPublic(), names, false, "CN=Test authority", KEYS.getPrivate(), TestCertificates.FROM, TestCertificates.UNTIL);
    }
}
