package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.issue.SigningRequests.Description;
import dev.postern.pki.path.Arrangement;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningRequestsTest {
    private static final KeyPair KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void readsWhatItMadeWithEveryAlgorithm(Algorithm algorithm) {
        KeyPair keys = KeyPairs.generate(algorithm);
        String pem = SigningRequests.make(new Subject(), List.of("Mail.example.com", "*.bücher.example", "mail.example.com"), keys);

        Description read = SigningRequests.parse(pem);

        assertThat(pem).startsWith("-----BEGIN CERTIFICATE REQUEST-----\n").endsWith("-----END CERTIFICATE REQUEST-----\n");
        assertThat(read.subject()).isEqualTo("CN=mail.example.com");
        assertThat(read.dnsNames()).containsExactly("mail.example.com", "*.xn--bcher-kva.example");
        assertThat(KeyPairs.same(read.publicKey(), keys.getPublic())).isTrue();
        assertThat(read.verified()).isTrue();
    }

    @Test
    void writesTheSubjectInTheSameOrderAsACertificate() {
        var subject = new Subject();
        subject.commonName = "Mail, primary";
        subject.organization = "Example Ltd";
        subject.organizationalUnit = "IT";
        subject.locality = "Bern";
        subject.state = "BE";
        subject.country = "CH";
        Instant from = Instant.parse("2026-06-01T12:00:00Z");
        X509Certificate certificate = SelfSigned.issue(subject, List.of(), KEYS, from, from.plus(Duration.ofDays(1)));
        Description read = SigningRequests.parse(SigningRequests.make(subject, List.of(), KEYS));
        assertThat(read.subject()).isEqualTo(Names.subject(certificate)).isEqualTo("CN=Mail\\, primary,OU=IT,O=Example Ltd,L=Bern,ST=BE,C=CH");
        assertThat(read.dnsNames()).isEmpty();
    }

    @Test
    void asksForTheUsesOfServersAndClients() {
        Extensions asked = SigningRequests.request(SigningRequests.make(new Subject(), List.of("a.example"), KeyPairs.generate(Algorithm.RSA_2048))).getRequestedExtensions();
        assertThat(KeyUsage.fromExtensions(asked).hasUsages(KeyUsage.digitalSignature | KeyUsage.keyEncipherment)).isTrue();
        assertThat(asked.getExtension(Extension.extendedKeyUsage).getParsedValue()).hasToString("[1.3.6.1.5.5.7.3.1, 1.3.6.1.5.5.7.3.2]");
        assertThat(asked.getExtension(Extension.subjectAlternativeName).isCritical()).isFalse();
    }

    @Test
    void withoutASubjectTheNamesAreCritical() {
        String pem = SigningRequests.make(new Subject(), List.of("a".repeat(60) + ".mail.example.com"), KEYS);
        assertThat(SigningRequests.parse(pem).subject()).isEmpty();
        assertThat(SigningRequests.request(pem).getRequestedExtensions().getExtension(Extension.subjectAlternativeName).isCritical()).isTrue();
    }

    @Test
    void refusesWhatNoCertificateCanHave() {
        assertThatThrownBy(() -> SigningRequests.make(new Subject(), List.of("mail_1.example.com"), KEYS)).hasMessageContaining("'mail_1.example.com' is not a host name");
        assertThatThrownBy(() -> SigningRequests.make(new Subject(), List.of(), KEYS)).hasMessage("a certificate needs at least one DNS name or a subject");
    }

    @Test
    void takesTheOlderHeaderAndTextAround() {
        String pem = "a request:\n" + SigningRequests.make(new Subject(), List.of("a.example"), KEYS).replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST") + "the end\n";
        assertThat(SigningRequests.parse(pem).dnsNames()).containsExactly("a.example");
    }

    @Test
    void noticesThatARequestWasChanged() {
        String pem = SigningRequests.make(new Subject(), List.of("a.example"), KEYS);
        String[] parts = pem.split("-----");
        byte[] der = Base64.getMimeDecoder().decode(parts[2]);
        for (int i = 0; i + 9 <= der.length; i++) {
            if (new String(der, i, 9, java.nio.charset.StandardCharsets.ISO_8859_1).equals("a.example")) {
                der[i] = 'b';
            }
        }
        String changed = "-----" + parts[1] + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----" + parts[3] + "-----\n";
        assertThat(SigningRequests.parse(changed)).extracting(Description::dnsNames, Description::verified).containsExactly(List.of("b.example"), false);
        var authority = new Authority("CA", Instant.parse("2026-06-01T12:00:00Z"), Duration.ofDays(10));
        assertThatThrownBy(() -> authority.sign(changed, Duration.ofDays(1))).hasMessage("the signing request is not signed with the key that it is for");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void saysThatThereIsNoRequest(String text) {
        assertThatThrownBy(() -> SigningRequests.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("there is no signing request; needed is one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAAA", "%%%%", "MAMCAQE=", "MAA=", "MIIB"})
    void saysThatARequestCannotBeRead(String base64) {
        assertThatThrownBy(() -> SigningRequests.parse("-----BEGIN CERTIFICATE REQUEST-----\n" + base64 + "\n-----END CERTIFICATE REQUEST-----\n"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("the signing request cannot be read; needed is one");
    }

    @Test
    void refusesSeveral() {
        String pem = SigningRequests.make(new Subject(), List.of("a.example"), KEYS);
        assertThatThrownBy(() -> SigningRequests.parse(pem + pem)).hasMessageStartingWith("there are 2 signing requests; needed is one");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void anAuthorityInMemoryAnswers(Algorithm algorithm) {
        KeyPair keys = KeyPairs.generate(algorithm);
        Instant now = Instant.parse("2026-06-01T12:00:00Z");
        var root = new Authority("Root", now, Duration.ofDays(100));
        String answer = root.intermediate("Issuing", Duration.ofDays(50)).sign(SigningRequests.make(new Subject(), List.of("a.example"), keys), Duration.ofDays(10));
        List<X509Certificate> chain = Chains.parse(answer);
        assertThat(chain).extracting(Names::subject).containsExactly("CN=a.example", "CN=Issuing");
        assertThat(Arrangement.of(chain, keys.getPublic(), Chains.parse(root.certificatePem()), now).findings()).isEmpty();
        assertThat(Chains.issued(Chains.parse(root.certificatePem()).getFirst(), chain.getLast())).isTrue();
    }
}
