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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PKCS#12 files of NSS (Mozilla), which are BER: it takes what is written here into its database, and writes it anew. */
class Pkcs12NssTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void tools() {
        Command.assumeInstalled("pk12util");
        Command.assumeInstalled("certutil");
    }

    @ParameterizedTest
    @CsvSource({
        "RSA_2048, AES256, secret, ''",
        "ECDSA_P256, TripleDES, secret, ''",
        "ECDSA_P384, AES256, p\u00e4ssw\u00f6rd, ''",
        "ECDSA_P256, AES256, secret, AES-128-CBC",
        "ECDSA_P256, TripleDES, p\u00e4ssw\u00f6rd, PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC",
        "RSA_2048, AES256, secret, PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC",
    })
    void comesBackFromNssAsItWas(Algorithm algorithm, Encryption encryption, String password, String cipher) throws Exception {
        TestKeys made = TestKeys.of(algorithm);
        Files.createDirectory(folder.resolve("db"));
        Files.write(folder.resolve("ours.p12"), Pkcs12.write(made.whole(), made.key().getPrivate(), password.toCharArray(), encryption, "mail"));
        Files.writeString(folder.resolve("password"), password + "\n");
        Command.run(folder, "certutil", "-N", "-d", "sql:db", "--empty-password");
        Command.run(folder, "pk12util", "-i", "ours.p12", "-d", "sql:db", "-w", "password");
        assertThat(Command.run(folder, "certutil", "-L", "-d", "sql:db")).containsPattern("mail +u,u,u");

        List<String> command = new ArrayList<>(List.of("pk12util", "-o", "theirs.p12", "-n", "mail", "-d", "sql:db", "-w", "password"));
        if (!cipher.isEmpty()) {
            command.addAll(List.of("-c", cipher, "-C", cipher));
        }
        Command.run(folder, command.toArray(String[]::new));
        byte[] file = Files.readAllBytes(folder.resolve("theirs.p12"));
        Contents read = Pkcs12.read(file, password.toCharArray());

        assertThat(file).as("indefinite length").startsWith(0x30, 0x80);
        assertThat(read.certificates()).first().isEqualTo(made.leaf());
        assertThat(read.certificates()).containsExactlyInAnyOrderElementsOf(made.whole());
        assertThat(read.key().getPrivate()).isEqualTo(made.key().getPrivate());
    }
}
