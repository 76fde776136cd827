package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.pki.Pkcs12.Contents;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PKCS#12 files that GnuTLS writes, and those that it reads. */
class Pkcs12GnutlsTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void certtool() {
        Command.assumeInstalled("certtool");
    }

    @ParameterizedTest
    @CsvSource({
        "aes-256, RSA_2048",
        "aes-256, ECDSA_P256",
        "aes-256, ED25519",
        "aes-192, ECDSA_P384",
        "aes-128, ECDSA_P256",
        "3des, ECDSA_P256",
        "3des-pkcs12, RSA_2048",
        "rc2-40, RSA_2048",
        "arcfour, ECDSA_P256",
    })
    void readsWhatCerttoolWritesWithEveryProtection(String cipher, Algorithm algorithm) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        Files.writeString(folder.resolve("key.pem"), KeyPairs.toPem(made.key().getPrivate()));
        Files.writeString(folder.resolve("chain.pem"), Chains.toPem(made.whole()));
        Command.run(folder, "certtool", "--to-p12", "--load-privkey", "key.pem", "--load-certificate", "chain.pem", "--p12-name", "mail", "--pkcs-cipher", cipher,
                "--password", "secret", "--outder", "--outfile", "file.p12");
        Contents read = Pkcs12.read(Files.readAllBytes(folder.resolve("file.p12")), "secret".toCharArray());
        assertThat(read.certificates()).first().isEqualTo(made.leaf());
        assertThat(read.certificates()).containsExactlyInAnyOrderElementsOf(made.whole());
        assertThat(read.key().getPrivate()).isEqualTo(made.key().getPrivate());
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void certtoolReadsKeysAsTheyAreWritten(Algorithm algorithm) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        Files.writeString(folder.resolve("key.pem"), KeyPairs.toPem(made.key().getPrivate()));
        String open = Command.run(folder, "certtool", "--pubkey-info", "--load-privkey", "key.pem");
        String base64 = open.replaceAll("(?s).*-----BEGIN PUBLIC KEY-----|-----END PUBLIC KEY-----.*|\\s", "");
        assertThat(Base64.getDecoder().decode(base64)).isEqualTo(made.key().getPublic().getEncoded());
    }

    @ParameterizedTest
    @CsvSource({"--key-type=rsa --bits=2048, RSA-2048", "--key-type=ecdsa --curve=secp384r1, ECDSA-P384", "--key-type=ed25519, Ed25519"})
    void readsKeysThatCerttoolMakes(String options, String algorithm) {
        List<String> command = new ArrayList<>(List.of("certtool", "--generate-privkey", "--no-text"));
        command.addAll(List.of(options.split(" ")));
        assertThat(KeyPairs.algorithm(KeyPairs.parse(Command.run(folder, command.toArray(String[]::new))).getPublic())).isEqualTo(algorithm);
    }

    @ParameterizedTest
    @EnumSource(Encryption.class)
    void certtoolReadsWhatIsWritten(Encryption encryption) throws Exception {
        for (Algorithm algorithm : Algorithm.values()) {
            TestKeys made = TestKeys.of(algorithm);
            Files.write(folder.resolve("file.p12"), Pkcs12.write(made.chain(), made.key().getPrivate(), "secret".toCharArray(), encryption, "mail"));
            String output = Command.run(folder, "certtool", "--p12-info", "--inder", "--infile", "file.p12", "--password", "secret");
            assertThat(output).contains("Friendly name: mail");
            assertThat(Chains.parse(output)).isEqualTo(made.chain());
            Files.writeString(folder.resolve("out.pem"), output.substring(output.indexOf("-----BEGIN ENCRYPTED PRIVATE KEY-----")));
            String key = Command.run(folder, "openssl", "pkey", "-in", "out.pem", "-passin", "pass:secret");   // certtool encrypts it again
            assertThat(KeyPairs.parse(key).getPrivate()).isEqualTo(made.key().getPrivate());
        }
    }
}
