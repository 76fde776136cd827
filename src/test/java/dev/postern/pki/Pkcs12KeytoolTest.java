package dev.postern.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.pki.Pkcs12.Contents;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PKCS#12 files of Java's keytool: it reads what is written here, and writes it anew. */
class Pkcs12KeytoolTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void comesBackFromKeytoolAsItWas(Algorithm algorithm) throws Exception {
        Encryption encryption = algorithm == Algorithm.RSA_2048 ? Encryption.TripleDES : Encryption.AES256;
        TestKeys made = TestKeys.of(algorithm);
        assertThat(through(made, "secret", encryption)).extracting(Contents::certificates, c -> c.key().getPrivate()).containsExactly(made.whole(), made.key().getPrivate());
    }

    @ParameterizedTest
    @CsvSource({
        "legacy, RSA_2048",
        "legacy, ECDSA_P256",
        "certProtectionAlgorithm=NONE, ECDSA_P256",
        "macAlgorithm=NONE, ECDSA_P256",
        "macAlgorithm=HmacPBESHA512, RSA_2048",
        "keyProtectionAlgorithm=PBEWithHmacSHA512AndAES_128, ED25519",
    })
    void readsEveryProtectionOfKeytool(String property, Algorithm algorithm) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        assertThat(through(made, "secret", Encryption.AES256, "-J-Dkeystore.pkcs12." + property))
                .extracting(Contents::certificates, c -> c.key().getPrivate()).containsExactly(made.whole(), made.key().getPrivate());
    }

    /** In the older schemes keytool itself garbles them. */
    @Test
    void readsAPasswordWithOtherLettersThanAscii() throws Exception {
        TestKeys made = TestKeys.of(Algorithm.ECDSA_P256);
        assertThat(through(made, "p\u00e4ssw\u00f6rd", Encryption.AES256).certificates()).isEqualTo(made.whole());
    }

    /** Written here, taken over into a store of keytool's own, and read. */
    private Contents through(TestKeys made, String password, Encryption encryption, String... options) throws Exception {
        Files.write(folder.resolve("ours.p12"), Pkcs12.write(made.whole(), made.key().getPrivate(), password.toCharArray(), encryption, "mail"));
        Files.writeString(folder.resolve("password"), password);
        List<String> command = new ArrayList<>(List.of(Command.keytool(), "-importkeystore", "-srckeystore", "ours.p12", "-srcstoretype", "pkcs12",
                "-destkeystore", "theirs.p12", "-deststoretype", "pkcs12", "-srcalias", "mail", "-srcstorepass:file", "password", "-deststorepass:file", "password"));
        command.addAll(List.of(options));
        Command.run(folder, command.toArray(String[]::new));
        return Pkcs12.read(Files.readAllBytes(folder.resolve("theirs.p12")), password.toCharArray());
    }
}
