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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PKCS#12 files that OpenSSL writes, and those that it reads. */
class Pkcs12OpensslTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void openssl() {
        Command.assumeInstalled("openssl");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "-keypbe AES-128-CBC -certpbe AES-128-CBC",
        "-keypbe AES-256-CBC -certpbe AES-192-CBC -macalg sha512",
        "-keypbe DES-EDE3-CBC -certpbe DES-EDE3-CBC -macalg sha384",
        "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
        "-legacy",
        "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1",
        "-legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC4-128 -macalg sha1",
        "-certpbe NONE",
        "-keypbe NONE -certpbe NONE",
        "-nomac",
        "-noiter",
        "-iter 100000",
    })
    void readsWhatOpensslWritesWithEveryProtection(String options) throws Exception {
        for (Algorithm algorithm : new Algorithm[] {Algorithm.RSA_2048, Algorithm.ECDSA_P256, Algorithm.ED25519}) {
            TestKeys made = TestKeys.of(algorithm);
            Contents read = Pkcs12.read(export(made, "secret", options.isEmpty() ? new String[0] : options.split(" ")), "secret".toCharArray());
            assertThat(read.certificates()).containsExactlyElementsOf(made.whole());
            assertThat(read.key().getPrivate()).isEqualTo(made.key().getPrivate());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "p\u00e4ssw\u00f6rd \u20ac", "one two", "\ud83d\udd11"})
    void readsPasswordsOfEveryKindInBothSchemes(String password) throws Exception {
        TestKeys made = TestKeys.of(Algorithm.ECDSA_P256);
        for (String[] options : new String[][] {{}, {"-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"}, {"-nomac"}}) {
            assertThat(Pkcs12.read(export(made, password, options), password.toCharArray()).certificates()).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Encryption.class)
    void opensslReadsWhatIsWritten(Encryption encryption) throws Exception {
        for (Algorithm algorithm : Algorithm.values()) {
            TestKeys made = TestKeys.of(algorithm);
            String output = imported(Pkcs12.write(made.chain(), made.key().getPrivate(), "secret".toCharArray(), encryption, "mail"), "secret");
            assertThat(KeyPairs.parse(output).getPrivate()).isEqualTo(made.key().getPrivate());
            assertThat(Chains.parse(output)).isEqualTo(made.chain());
            assertThat(output).contains("friendlyName: mail", "localKeyID: ");
        }
    }

    @Test
    void opensslFindsTheProtectionThatIsSaid() throws Exception {
        TestKeys made = TestKeys.of(Algorithm.ECDSA_P256);
        Path file = folder.resolve("file.p12");
        Files.write(file, Pkcs12.write(made.chain(), made.key().getPrivate(), "secret".toCharArray(), Encryption.AES256, "mail"));
        assertThat(Command.run(folder, "openssl", "pkcs12", "-in", "file.p12", "-passin", "pass:secret", "-info", "-noout"))
                .contains("MAC: sha256, Iteration 50000", "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 50000, PRF hmacWithSHA256",
                        "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 50000, PRF hmacWithSHA256");
        Files.write(file, Pkcs12.write(made.chain(), made.key().getPrivate(), "secret".toCharArray(), Encryption.TripleDES, "mail"));
        assertThat(Command.run(folder, "openssl", "pkcs12", "-in", "file.p12", "-passin", "pass:secret", "-info", "-noout"))
                .contains("MAC: sha1, Iteration 50000", "Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 50000",
                        "PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 50000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p\u00e4ssw\u00f6rd \u20ac", "one two"})
    void opensslReadsPasswordsOfEveryKind(String password) throws Exception {
        TestKeys made = TestKeys.of(Algorithm.ECDSA_P256);
        for (Encryption encryption : Encryption.values()) {
            assertThat(Chains.parse(imported(Pkcs12.write(made.chain(), made.key().getPrivate(), password.toCharArray(), encryption, "m\u00e4il"), password))).hasSize(2);
        }
    }

    private byte[] export(TestKeys made, String password, String... options) throws Exception {
        Files.writeString(folder.resolve("key.pem"), KeyPairs.toPem(made.key().getPrivate()));
        Files.writeString(folder.resolve("leaf.pem"), Chains.toPem(List.of(made.leaf())));
        Files.writeString(folder.resolve("others.pem"), Chains.toPem(List.of(made.intermediate(), made.root())));
        Files.writeString(folder.resolve("password"), password + "\n");
        List<String> command = new ArrayList<>(List.of("openssl", "pkcs12", "-export", "-inkey", "key.pem", "-in", "leaf.pem", "-certfile", "others.pem",
                "-name", "mail", "-passout", "file:password", "-out", "file.p12"));
        command.addAll(List.of(options));
        Command.run(folder, command.toArray(String[]::new));
        return Files.readAllBytes(folder.resolve("file.p12"));
    }

    private String imported(byte[] file, String password) throws Exception {
        Files.write(folder.resolve("file.p12"), file);
        Files.writeString(folder.resolve("password"), password + "\n");
        return Command.run(folder, "openssl", "pkcs12", "-in", "file.p12", "-passin", "file:password", "-nodes");
    }
}
