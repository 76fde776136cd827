package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.pki.Pkcs12.Contents;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PKCS#12 files that GnuTLS writes, and those that it reads. */
class Pkcs12GnutlsTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void certtool() {
        Command.assumeInstalled("certtool");
    }

    @ParameterizedTest
    @ValueSource(strings = {"aes-256", "aes-192", "aes-128", "3des", "3des-pkcs12", "rc2-40", "arcfour"})
    void readsWhatCerttoolWritesWithEveryProtection(String cipher) throws Exception {
        for (Algorithm algorithm : new Algorithm[] {Algorithm.RSA_2048, Algorithm.ECDSA_P256, Algorithm.ED25519}) {
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
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void certtoolReadsKeysAsTheyAreWritten(Algorithm algorithm) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        Files.writeString(folder.resolve("key.pem"), KeyPairs.toPem(made.key().getPrivate()));
        assertThat(KeyPairs.parse(Command.run(folder, "certtool", "--key-info", "--infile", "key.pem", "--no-text")).getPrivate()).isEqualTo(made.key().getPrivate());
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
