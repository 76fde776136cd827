package dev.postern.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.pki.DkimRecord;
import dev.postern.pki.KeyPairs;
import dev.postern.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern cert dkim}: the record of a key that openssl made. */
class DkimTest {
    @TempDir
    Path folder;

    private void certificate(String name, String... key) throws Exception {
        Path made = Files.createDirectories(folder.resolve("made"));
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=dkim", "-keyout", name + ".key", "-out", name + ".crt"));
        command.addAll(List.of(key));
        Command.run(made, command.toArray(String[]::new));
        Files.writeString(folder.resolve("gateway.yaml"), """
                apiVersion: postern.dev/v1alpha1
                kind: MailGateway
                metadata: {name: default}
                spec: {hostname: mail.example.com}
                """);
        Files.writeString(folder.resolve(name + ".yaml"), """
                apiVersion: postern.dev/v1alpha1
                kind: Certificate
                metadata: {name: %s}
                spec: {source: {secretRef: {name: %s-tls}}}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: %s-tls}
                type: kubernetes.io/tls
                data: {tls.crt: %s, tls.key: %s}
                """.formatted(name, name, name, base64(made.resolve(name + ".crt")), base64(made.resolve(name + ".key"))));
    }

    private static String base64(Path file) throws Exception {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    }

    private Ran dkim(String... arguments) {
        List<Object> all = new ArrayList<>(List.of("dkim", "--folder", folder, "--data", folder.resolve("data")));
        all.addAll(List.of(arguments));
        return Ran.cert(all.toArray());
    }

    private String record(String name) throws Exception {
        KeyPair pair = KeyPairs.parse(Files.readString(folder.resolve("made/" + name + ".key")));
        return DkimRecord.of(pair.getPublic(), "tlsrpt");
    }

    @Test
    void printsALineForTheZone() throws Exception {
        certificate("ed", "-newkey", "ed25519");
        assertThat(dkim("ed", "--selector", "tls1", "--domain", "Example.com").out()).isEqualTo("tls1._domainkey.example.com. IN TXT \"" + record("ed") + "\"\n");
        assertThat(dkim("ed", "--selector", "tls1", "--service", "*").out()).startsWith("tls1._domainkey IN TXT \"v=DKIM1; k=ed25519; s=*; p=");
    }

    @Test
    void aLongKeyStandsInStringsOf255() throws Exception {
        certificate("rsa", "-newkey", "rsa:2048");
        String line = dkim("rsa", "--selector", "tls1").out();
        assertThat(line).startsWith("tls1._domainkey IN TXT ( \"v=DKIM1; k=rsa; s=tlsrpt; p=").endsWith("\" )\n").doesNotContain("PRIVATE");
        String[] parts = line.substring(line.indexOf('"') + 1, line.lastIndexOf('"')).split("\" \"");
        assertThat(parts).hasSizeGreaterThan(1).allMatch(p -> p.length() <= 255);
        assertThat(String.join("", parts)).isEqualTo(record("rsa"));
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        certificate("ec", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");
        assertThat(dkim("ec", "--selector", "tls1")).satisfies(r -> assertThat(r.code()).isEqualTo(1))
                .satisfies(r -> assertThat(r.err()).contains("the key of Certificate 'ec' is of type ECDSA-P256; DKIM has RSA and Ed25519"));
        assertThat(dkim("nobody", "--selector", "tls1").code()).isEqualTo(2);
        assertThat(dkim("ec").code()).isEqualTo(2);
        assertThat(dkim("ec", "--selector", "a b").err()).contains("--selector: 'a b' is not a host name");
        assertThat(dkim("ec", "--selector", "a", "--service", "x; p=").err()).contains("--service: 'x; p=' is no service");
    }
}
