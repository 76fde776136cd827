package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.manifest.ManifestReader;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.pki.issue.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every source of certificates without a cluster: made, requested, taken over, exported; kept over restarts; renewed in time. */
class LocalCertificatesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String GATEWAY = """
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: default}
            spec: {hostname: mail.example.com}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: MailFlowPolicy
            metadata: {name: accepted}
            spec: {behavior: Accept}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata: {name: public}
            spec:
              type: Public
              port: 2525
              certificateRefs: [{name: mail}]
              hostAccess: [{senderGroup: ALL, senders: [ALL], policyRef: {name: accepted}}]
              recipientAccess: [{recipients: [example.com]}]
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Certificate
            metadata: {name: mail}
            spec:
            """;
    @TempDir
    Path data;
    @TempDir
    Path folder;
    private final Authority authority = new Authority("Authority", NOW, Duration.ofDays(3650));
    private FolderPlans plans;

    @Test
    void aSelfSignedOneIsRenewedWhenItsTimeHasComeWithoutAnyEdit() throws Exception {
        restart();
        FolderPlans.Result first = compile("  source: {selfSigned: {}}\n  dnsNames: [mail.example.com]\n  duration: 90d\n", NOW);
        assertThat(first.again()).hasValueSatisfying(at -> assertThat(at).isBetween(NOW.plus(Duration.ofDays(55)), NOW.plus(Duration.ofDays(60))));
        assertThat(served(compile(NOW.plus(Duration.ofDays(50))))).as("not before").isEqualTo(served(first));
        assertThat(served(compile(first.again().orElseThrow()))).isNotEqualTo(served(first));
    }

    @Test
    void aRequestLiesInTheDataFolderAndItsAnswerIsServedAlsoAfterARestart() throws Exception {
        restart();
        String source = "  dnsNames: [mail.example.com]\n  source:\n    signingRequest:\n";
        FolderPlans.Result waiting = compile(source + "      {}\n", NOW);
        assertThat(waiting.notes()).anyMatch(n -> n.contains("Certificate/mail: the signing request is in ") && n.contains("csr/tls.csr"));
        assertThat(waiting.complaints()).anyMatch(c -> c.contains("has not been signed yet"));
        String csr = Files.readString(data.resolve("certificates/mail/csr/tls.csr"));
        assertThat(compile(NOW).complaints()).isEqualTo(waiting.complaints());
        assertThat(Files.readString(data.resolve("certificates/mail/csr/tls.csr"))).as("the same request until it is answered").isEqualTo(csr);

        String wrong = authority.issue(List.of("mail.example.com"), Duration.ofDays(90)).certificatePem();
        assertThat(compile(source + answer(wrong), NOW).complaints()).anyMatch(c -> c.startsWith("Certificate/mail spec.source.signingRequest.signedCertificate: "));

        String right = authority.sign(csr, Duration.ofDays(90));
        FolderPlans.Result signed = compile(source + answer(right), NOW);
        assertThat(signed.complaints()).isEmpty();
        assertThat(served(signed)).isEqualTo(Chains.toPem(List.of(Chains.parse(right).getFirst())));
        restart();
        assertThat(served(compile(NOW))).isEqualTo(served(signed));
        assertThat(served(compile(source + answer(wrong), NOW))).as("a bad answer changes nothing").isEqualTo(served(signed));
    }

    @Test
    void aSignerOfAClusterIsRefusedWithWhatToDo() throws Exception {
        restart();
        assertThat(compile("  dnsNames: [mail.example.com]\n  source: {signingRequest: {signerName: example.com/mail}}\n", NOW).complaints())
                .anyMatch(c -> c.startsWith("Certificate/mail spec.source.signingRequest.signerName: such signers are a cluster's"));
    }

    @Test
    void aPkcs12FileIsTakenOverAndAWrongPasswordLeavesTheLastGoodPair() throws Exception {
        restart();
        write("secrets.yaml", secrets(pkcs12("one"), "one\n"));
        String source = "  source: {pkcs12: {secretRef: {name: file}, passwordSecretRef: {name: password}}}\n";
        FolderPlans.Result first = compile(source, NOW);
        assertThat(first.complaints()).isEmpty();
        String served = served(first);
        write("secrets.yaml", secrets(pkcs12("two"), "one"));
        FolderPlans.Result wrong = compile(NOW);
        assertThat(wrong.complaints()).anyMatch(c -> c.startsWith("Certificate/mail ") && c.contains("password") && c.endsWith("the last good pair stays in use"));
        assertThat(served(wrong)).isEqualTo(served);
        write("secrets.yaml", secrets(pkcs12("two"), "two"));
        assertThat(served(compile(NOW))).isNotEqualTo(served);
        write("secrets.yaml", "");
        assertThat(compile(NOW).complaints()).anyMatch(c -> c.contains("spec.source.pkcs12.secretRef.name: there is no Secret 'file' in the folder"));
    }

    @Test
    void anExportFollowsThePairAndThePassword() throws Exception {
        restart();
        write("secrets.yaml", secrets(new byte[0], "first"));
        String source = "  source: {selfSigned: {}}\n  dnsNames: [mail.example.com]\n  export: {pkcs12: {passwordSecretRef: {name: password}}}\n";
        String served = served(compile(source, NOW));
        Path file = data.resolve("certificates/mail/export/keystore.p12");
        assertThat(Chains.toPem(Pkcs12.read(Files.readAllBytes(file), "first".toCharArray()).certificates())).isEqualTo(served);
        byte[] before = Files.readAllBytes(file);
        compile(NOW);
        assertThat(Files.readAllBytes(file)).as("not written again for nothing").isEqualTo(before);
        write("secrets.yaml", secrets(new byte[0], "second"));
        compile(NOW);
        assertThat(Chains.toPem(Pkcs12.read(Files.readAllBytes(file), "second".toCharArray()).certificates())).isEqualTo(served);
        compile("  source: {selfSigned: {}}\n  dnsNames: [mail.example.com]\n", NOW);
        assertThat(file).doesNotExist();
    }

    @Test
    void whatIsKeptOnlyItsOwnerCanRead() throws Exception {
        restart();
        compile("  dnsNames: [mail.example.com]\n  source: {signingRequest: {}}\n", NOW);
        compile("  dnsNames: [mail.example.com]\n  source: {selfSigned: {}}\n", NOW);
        try (Stream<Path> all = Files.walk(data.resolve("certificates/mail"))) {
            assertThat(all.filter(Files::isRegularFile)).isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).as(file.toString()).isEqualTo("rw-------"));
        }
    }

    private void restart() {
        plans = new FolderPlans(null, new LocalCertificates(data), Map.of(), FolderPlans.Tickets.NONE, problem -> false);
    }

    private FolderPlans.Result compile(String certificate, Instant now) throws IOException {
        write("gateway.yaml", GATEWAY + certificate);
        return compile(now);
    }

    private FolderPlans.Result compile(Instant now) {
        return plans.compile(new ManifestReader("default").read(folder), now);
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private byte[] pkcs12(String password) {
        Authority.Issued issued = authority.issue(List.of("mail.example.com"), Duration.ofDays(90));
        return Pkcs12.write(Chains.parse(issued.certificatePem()), KeyPairs.parse(issued.keyPem()).getPrivate(), password.toCharArray(), Encryption.AES256, "mail");
    }

    private static String secrets(byte[] file, String password) {
        return """
                apiVersion: v1
                kind: Secret
                metadata: {name: file}
                data: {keystore.p12: "%s"}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: password}
                stringData: {password: "%s"}
                """.formatted(Base64.getEncoder().encodeToString(file), password.replace("\n", "\\n"));
    }

    private static String answer(String pem) {
        return "      signedCertificate: |\n" + pem.indent(8);
    }

    private static String served(FolderPlans.Result result) {
        return Optional.of(result.written().orElseThrow().parts().join().certificates().getFirst().chainPem()).orElseThrow();
    }
}
