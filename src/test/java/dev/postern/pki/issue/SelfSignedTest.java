package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.HostNames;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.path.Arrangement;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SelfSignedTest {
    private static final KeyPair KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final Instant FROM = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant UNTIL = Instant.parse("2027-06-01T12:00:00Z");

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void issuesALeafThatItsOwnKeyVerifies(Algorithm algorithm) {
        KeyPair keys = KeyPairs.generate(algorithm);
        X509Certificate certificate = issue(keys, "mail.example.com", "*.example.com");

        assertThatCode(() -> certificate.verify(keys.getPublic())).doesNotThrowAnyException();
        assertThat(Arrangement.of(List.of(certificate), keys.getPublic(), Set.of(), FROM).findings()).isEmpty();
        assertThat(certificate.getVersion()).isEqualTo(3);
        assertThat(certificate.getBasicConstraints()).as("no authority").isEqualTo(-1);
    }

    @Test
    void onlyRsaKeysAreForEncipherment() {
        assertThat(issue(KeyPairs.generate(Algorithm.RSA_2048), "a.example").getKeyUsage()).startsWith(true, false, true);
        assertThat(issue(KEYS, "a.example").getKeyUsage()).startsWith(true, false, false);
        assertThat(issue(KeyPairs.generate(Algorithm.ED25519), "a.example").getKeyUsage()).startsWith(true, false, false);
    }

    @Test
    void carriesNamesUsesAndABackdatedValidity() throws Exception {
        X509Certificate certificate = issue(KEYS, "Mail.example.com", "bücher.example", "mail.EXAMPLE.com");

        assertThat(Names.subject(certificate)).isEqualTo("CN=mail.example.com").isEqualTo(Names.issuer(certificate));
        assertThat(Names.dnsNames(certificate)).containsExactly("mail.example.com", "xn--bcher-kva.example");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        assertThat(certificate.getExtensionValue("2.5.29.14")).as("subject key identifier").isNotNull();
        assertThat(certificate.getNotBefore().toInstant()).isEqualTo(FROM.minus(Duration.ofMinutes(5)));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(UNTIL);
        assertThat(HostNames.matches(certificate, "bücher.example")).isTrue();
    }

    @Test
    void serialsAreOf128BitsAndDiffer() {
        var serials = Stream.generate(() -> issue(KEYS, "a.example").getSerialNumber()).limit(20).toList();
        assertThat(serials).doesNotHaveDuplicates().allSatisfy(s -> assertThat(s.bitLength()).isEqualTo(129));
    }

    @Test
    void writesTheWholeSubject() {
        var subject = new Subject();
        subject.commonName = "Mail, primary";
        subject.organization = "Example Ltd";
        subject.organizationalUnit = "IT";
        subject.locality = "Bern";
        subject.state = "BE";
        subject.country = "CH";
        X509Certificate certificate = SelfSigned.issue(subject, List.of(), KEYS, FROM, UNTIL);
        assertThat(Names.subject(certificate)).isEqualTo("CN=Mail\\, primary,OU=IT,O=Example Ltd,L=Bern,ST=BE,C=CH");
        assertThat(Names.dnsNames(certificate)).isEmpty();
    }

    @Test
    void leavesOutACommonNameThatIsTooLong() {
        String longName = "a".repeat(60) + ".mail.example.com";
        X509Certificate certificate = issue(KEYS, longName);
        assertThat(Names.subject(certificate)).isEqualTo("CN=self-signed");
        assertThat(HostNames.matches(certificate, longName)).isTrue();
    }

    @Test
    void refusesWhatNoCertificateCanHave() {
        assertThatThrownBy(() -> issue(KEYS, "mail_1.example.com")).hasMessageContaining("'mail_1.example.com' is not a host name");
        assertThatThrownBy(() -> issue(KEYS, "a.*.example.com")).hasMessageContaining("is not a host name");
        assertThatThrownBy(() -> issue(KEYS)).hasMessage("a certificate needs at least one DNS name or a subject");
        assertThatThrownBy(() -> SelfSigned.issue(new Subject(), List.of("a.example"), KEYS, UNTIL, FROM)).hasMessageContaining("ends before it begins");
    }

    private static X509Certificate issue(KeyPair keys, String... names) {
        return SelfSigned.issue(new Subject(), List.of(names), keys, FROM, UNTIL);
    }
}
