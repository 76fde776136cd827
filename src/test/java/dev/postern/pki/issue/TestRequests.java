package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** One request as all peers get it, and what must be true of every answer and of every peer's own request. */
final class TestRequests {
    static final List<String> NAMES = List.of("mail.example.com", "*.example.net");

    private TestRequests() {
    }

    /** Writes ours.csr. */
    static KeyPair write(Path folder, Algorithm algorithm) throws Exception {
        var subject = new Subject();
        subject.organization = "Example Ltd";
        subject.country = "CH";
        KeyPair key = TestKeys.of(algorithm).key();
        Files.writeString(folder.resolve("ours.csr"), SigningRequests.make(subject, NAMES, key));
        return key;
    }

    /** Checks what a peer's authority answered. */
    static List<X509Certificate> accepted(KeyPair key, String answer) throws Exception {
        Answers.Result result = Answers.check(NAMES, List.of(key), answer, Instant.now());
        assertThat(result).isInstanceOf(Answers.Accepted.class);
        List<X509Certificate> certificates = ((Answers.Accepted) result).certificates();
        assertThat(certificates.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=mail.example.com,O=Example Ltd,C=CH");
        assertThat(certificates.getFirst().getExtendedKeyUsage()).contains("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        return certificates;
    }

    /** Checks a request for theirs.example, alt.example that a peer made. */
    static void readable(String request, String algorithm) {
        SigningRequests.Description read = SigningRequests.parse(request);
        assertThat(read.subject()).isEqualTo("CN=theirs.example");
        assertThat(read.dnsNames()).containsExactly("theirs.example", "alt.example");
        assertThat(KeyPairs.algorithm(read.publicKey())).isEqualTo(algorithm);
        assertThat(read.verified()).isTrue();
    }
}
