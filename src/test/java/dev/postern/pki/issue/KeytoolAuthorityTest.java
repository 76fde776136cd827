package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.Chains;
import dev.postern.pki.Pkcs12;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Signing requests and chains, between here and an authority made with Java's keytool; and its key store as another place for the answer. */
class KeytoolAuthorityTest {
    private static final char[] PASSWORD = "secret".toCharArray();
    @TempDir
    private static Path folder;

    @BeforeAll
    static void authority() {
        keytool("ca.p12", "-genkeypair -alias root -keyalg EC -dname CN=Java_root -ext bc:c -ext ku:c=keyCertSign -validity 30");
        keytool("ca.p12", "-exportcert -alias root -rfc -file root.pem");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void keytoolReadsSignsAndTakesBackEveryRequest(Algorithm algorithm) throws Exception {
        KeyPair key = TestRequests.write(folder, algorithm);
        assertThat(Command.run(folder, Command.keytool(), "-printcertreq", "-file", "ours.csr")).contains("CN=mail.example.com, O=Example Ltd, C=CH", "DNSName: mail.example.com", "serverAuth", "clientAuth");

        keytool("ca.p12", "-gencert -alias root -infile ours.csr -outfile answer.pem -rfc -ext honored=all -validity 10");
        List<X509Certificate> chain = TestRequests.accepted(key, Files.readString(folder.resolve("answer.pem")));

        X509Certificate before = SelfSigned.issue(new Subject(), TestRequests.NAMES, key, Instant.now(), Instant.now().plus(Duration.ofDays(1)));
        Files.write(folder.resolve("ours.p12"), Pkcs12.write(List.of(before), key.getPrivate(), PASSWORD, Encryption.AES256, "mail"));
        Files.writeString(folder.resolve("chain.pem"), Chains.toPem(chain));
        keytool("ours.p12", "-importcert -noprompt -trustcacerts -alias root -file root.pem");
        assertThat(keytool("ours.p12", "-importcert -noprompt -alias mail -file chain.pem")).contains("Certificate reply was installed in keystore");
        assertThat(Pkcs12.read(Files.readAllBytes(folder.resolve("ours.p12")), PASSWORD).certificates()).startsWith(chain.getFirst()).containsAll(chain);
    }

    @ParameterizedTest
    @CsvSource({"RSA -keysize 3072, RSA-3072", "EC -groupname secp256r1, ECDSA-P256", "Ed25519, Ed25519"})
    void requestsOfKeytoolAreRead(String options, String algorithm) throws Exception {
        String store = algorithm + ".p12";
        keytool(store, "-genkeypair -alias theirs -dname CN=theirs.example -keyalg " + options);
        keytool(store, "-certreq -alias theirs -file theirs.csr -ext san=dns:theirs.example,dns:alt.example");
        TestRequests.readable(Files.readString(folder.resolve("theirs.csr")), algorithm);
    }

    private static String keytool(String store, String options) {
        List<String> command = new ArrayList<>(List.of(Command.keytool(), "-keystore", store, "-storepass", "secret"));
        command.addAll(Arrays.asList(options.split(" ")));
        return Command.run(folder, command.toArray(String[]::new));
    }
}
