package dev.postern.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postern.api.Certificate;
import dev.postern.cli.standalone.CertificateFolder;
import dev.postern.manifest.ManifestReader;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import dev.postern.pki.issue.Requests.InUse;
import dev.postern.pki.issue.Requests.Pending;
import dev.postern.pki.issue.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a folder of manifests, with what the standalone gateway keeps in its data folder. */
class FolderTest {
    private static final String GATEWAY = """
            # Who we are.
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: default}
            spec: {hostname: mail.example.com}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: MailFlowPolicy
            metadata: {name: relayed}
            spec: {behavior: Relay}
            ---
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata: {name: private}
            spec:
              type: Private
              port: 2587
              certificateRefs: [{name: mail}]
              hostAccess: [{senderGroup: ME, senders: [127.0.0.1], policyRef: {name: relayed}}]
            """;
    @TempDir
    Path folder;
    @TempDir
    Path data;
    @TempDir
    Path elsewhere;
    private OpensslPki pki;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("gateway.yaml"), GATEWAY);
        pki = new OpensslPki(elsewhere);
        pki.root("root");
    }

    @Test
    void listsWhatWillBeMadeAndWhatIs() throws IOException {
        assertThat(cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com").code()).isZero();
        assertThat(cert("list").columns("mail")).containsExactly("mail", "default", "selfSigned", "-", "-", "False", "CertificateNotReady");
        assertThat(cert("show", "mail").out()).contains("when postern run looks next, it makes the certificate: there is none yet");

        make("mail");

        assertThat(cert("list").out()).startsWith("NAME   GATEWAY   SOURCE       NOT-AFTER              DAYS   READY   REASON\n");
        assertThat(cert("list").columns("mail")).contains("mail", "selfSigned", "364", "True", "Ready");
        JsonNode listed = cert("list", "-o", "json").json().get(0);
        assertThat(listed.fieldNames()).toIterable().containsExactly("name", "namespace", "gateway", "source", "notAfter", "daysLeft", "ready", "reason", "keyAlgorithm", "fingerprint",
                "issuer", "dnsNames");
        assertThat(listed.get("dnsNames")).extracting(JsonNode::asText).containsExactly("mail.example.com");
        assertThat(cert("list", "-o", "name").out()).isEqualTo("certificate.postern.dev/mail\n");
        assertThat(cert("list", "-o", "wide").columns("mail")).contains("ECDSA-P256", "mail.example.com", "CN=mail.example.com");
        assertThat(cert("list", "-o", "yaml").out()).startsWith("- name: mail\n  namespace: default\n");
        assertThat(cert("list", "-n", "other")).satisfies(ran -> {
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).contains("there are no Certificates in folder");
        });
    }

    @Test
    void showsEverythingButTheKey() throws IOException {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com", "--organization", "Example");
        make("mail");
        Ran ran = cert("show", "mail");

        assertThat(ran.out()).containsPattern("Subject: +CN=mail.example.com,O=Example\n").containsPattern("Names: +mail.example.com\n").containsPattern("Key: +ECDSA-P256\n")
                .containsPattern("SHA-256: +[0-9a-f]{64}\n").containsPattern("SPKI SHA-256: +[A-Za-z0-9+/]{43}=\n").containsPattern("TLSA: +3 1 1 [0-9a-f]{64}\n")
                .contains("Chain as served:\n").containsPattern("Ready +True +Ready").contains("private, port 2587, its default").doesNotContain("PRIVATE KEY");
        JsonNode shown = cert("show", "mail", "-o", "json").json();
        assertThat(shown.fieldNames()).toIterable().contains("name", "source", "certificate", "chain", "findings", "conditions", "listeners", "pods", "renewalTime", "secretName");
        assertThat(shown.at("/chain")).hasSize(1);
        assertThat(cert("show", "nobody")).satisfies(none -> {
            assertThat(none.code()).isEqualTo(2);
            assertThat(none.err()).contains("there is no Certificate 'nobody' in folder");
        });
    }

    @Test
    void createsWhatWasAskedForAndNothingThatWouldBeRefused() throws IOException {
        Ran dry = cert("create", "mail", "--signing-request", "--issuer", "ClusterIssuer/ca", "--dns-name", "mail.example.com", "--algorithm", "RSA-3072", "--rotation", "Never",
                "--duration", "90d", "--renew-before", "30d", "--gateway", "edge", "--common-name", "mail", "--country", "DE", "--dry-run");
        assertThat(dry.out()).isEqualTo("""
                apiVersion: postern.dev/v1alpha1
                kind: Certificate
                metadata:
                  name: mail
                spec:
                  gatewayRef:
                    name: edge
                  source:
                    signingRequest:
                      issuerRef:
                        kind: ClusterIssuer
                        name: ca
                  dnsNames:
                  - mail.example.com
                  subject:
                    commonName: mail
                    country: DE
                  privateKey:
                    algorithm: RSA-3072
                    rotation: Never
                  duration: 90d
                  renewBefore: 30d
                """);
        assertThat(folder.resolve("mail.certificate.yaml")).doesNotExist();
        assertThat(cert("create", "mail", "--pkcs12", "file/mail.p12", "--password-secret", "word", "--dry-run").out())
                .contains("secretRef:\n        ").contains("name: file\n").contains("key: mail.p12\n").contains("passwordSecretRef:\n        name: word\n");
        assertThat(cert("create", "mail", "--secret", "tls", "--dry-run").out()).contains("secretRef:\n      name: tls\n");

        assertThat(cert("create", "mail", "--self-signed").err()).contains("spec.dnsNames: ").contains("needs a name");
        assertThat(cert("create", "mail", "--demo", "--dns-name", "a.example").code()).isEqualTo(1);
        assertThat(cert("create", "mail", "--self-signed", "--dns-name", "a.example", "--duration", "10d", "--renew-before", "11d").err()).contains("spec.renewBefore: '11d' is not shorter");
        assertThat(cert("create", "mail", "--self-signed", "--dns-name", "a.example", "--algorithm", "DSA").err()).contains("spec.privateKey.algorithm: 'DSA' is not allowed; allowed are");
        assertThat(cert("create", "Mail", "--demo").err()).contains("metadata.name");
        assertThat(cert("create", "mail").code()).isEqualTo(2);
        assertThat(cert("create", "mail", "--demo", "--self-signed").code()).isEqualTo(2);
        assertThat(cert("create", "mail", "--pkcs12", "file").code()).isEqualTo(2);

        assertThat(cert("create", "mail", "--demo").out()).isEqualTo(folder.resolve("mail.certificate.yaml") + " written\n");
        assertThat(cert("create", "mail", "--self-signed", "--dns-name", "a.example")).satisfies(again -> {
            assertThat(again.code()).isEqualTo(2);
            assertThat(again.err()).contains("exists already; --replace overwrites it");
        });
        assertThat(cert("create", "mail", "--self-signed", "--dns-name", "a.example", "--replace").code()).isZero();
        Files.writeString(folder.resolve("mail.certificate.yaml"), "---\n" + GATEWAY.substring(0, GATEWAY.indexOf("---")).replace("name: default", "name: second"), java.nio.file.StandardOpenOption.APPEND);
        assertThat(cert("create", "mail", "--demo", "--replace").err()).contains("is not overwritten: it holds MailGateway/second too");
        assertThat(cert("create", "private", "--demo").code()).as("another kind's name").isZero();
    }

    @Test
    void aSigningRequestIsPrintedSignedAndInstalled() throws IOException {
        Path file = Files.writeString(folder.resolve("mail.yaml"), """
                # Signed by the head office.
                apiVersion: postern.dev/v1alpha1
                kind: Certificate
                metadata:
                  name: mail      # as the listener says
                spec:
                  source:
                    signingRequest: {}   # by hand
                  dnsNames: [mail.example.com]
                """);
        assertThat(cert("csr", "mail")).satisfies(none -> {
            assertThat(none.code()).isEqualTo(1);
            assertThat(none.out()).isEmpty();
            assertThat(none.err()).contains("has no signing request yet; postern run makes it");
        });
        Pending pending = request("mail");
        Ran csr = cert("csr", "mail");
        assertThat(csr.code()).isZero();
        assertThat(csr.out()).isEqualTo(pending.csr());
        assertThat(cert("csr", "mail", "--out", pki.file("mail.csr")).out()).isEmpty();
        pki.openssl("req", "-in", "mail.csr", "-noout", "-verify");
        assertThat(cert("show", "mail").out()).contains("AwaitingSignature").contains("Signing request (for ").contains("-----BEGIN CERTIFICATE REQUEST-----");

        pki.leaf("other", "root", "mail.example.com");
        Ran wrong = cert("sign", "mail", pki.file("other.crt"));
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("key");
        pki.sign("mail", "root", "another.example.com");
        assertThat(cert("sign", "mail", pki.file("mail.crt"))).satisfies(names -> {
            assertThat(names.code()).isEqualTo(1);
            assertThat(names.err()).contains("does not cover mail.example.com");
        });
        assertThat(Files.readString(file)).contains("signingRequest: {}   # by hand");

        pki.sign("mail", "root", "mail.example.com");
        pki.openssl("x509", "-in", "mail.crt", "-outform", "DER", "-out", "mail.der");
        pki.openssl("crl2pkcs7", "-nocrl", "-certfile", "mail.crt", "-certfile", "root.crt", "-outform", "DER", "-out", "mail.p7b");
        Ran der = cert("sign", "mail", pki.file("mail.der"), "--chain", pki.file("root.crt"));
        assertThat(der.code()).as(der.toString()).isZero();
        String edited = Files.readString(file);
        assertThat(edited).startsWith("# Signed by the head office.\n").contains("name: mail      # as the listener says\n").contains("signingRequest:   # by hand\n      signedCertificate: |\n        -----BEGIN");
        assertThat(edited.split("BEGIN CERTIFICATE", -1)).hasSize(3);
        assertThat(cert("sign", "mail", pki.file("mail.p7b")).code()).isZero();
        assertThat(Files.readString(file)).isEqualTo(edited);
        assertThat(cert("show", "mail").out()).contains("when postern run looks next, it takes the signed certificate into use");
    }

    @Test
    void anAnswerIsOnlyForWhatAwaitsOne() throws IOException {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        assertThat(cert("sign", "mail", pki.file("root.crt")).err()).contains("is of source selfSigned: it awaits no answer");
        assertThat(cert("csr", "mail").err()).contains("is of source selfSigned: it makes no signing requests");
        cert("create", "two", "--signing-request", "--signer", "example.com/mail", "--dns-name", "a.example");
        assertThat(cert("sign", "two", pki.file("root.crt")).err()).contains("with signerName: a program signs it");
        cert("create", "three", "--signing-request", "--dns-name", "a.example");
        assertThat(cert("sign", "three", pki.file("root.crt")).err()).contains("has no signing request yet");
        assertThat(cert("sign", "three", pki.file("nothing")).code()).isEqualTo(2);
    }

    @Test
    void renewalIsAskedForByAnAnnotation() throws IOException {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        make("mail");
        Ran ran = cert("renew", "mail");
        assertThat(ran.out()).contains("mail.certificate.yaml edited: metadata.annotations.postern.dev/renew");
        assertThat(Files.readString(folder.resolve("mail.certificate.yaml"))).containsPattern("  name: mail\n  annotations:\n    postern.dev/renew: \"20[0-9T:.-]+Z\"\nspec:");
        assertThat(cert("show", "mail").out()).contains("it makes the certificate: what it asks for has changed");
        assertThat(cert("renew", "mail", "--wait", "--timeout", "0").code()).isEqualTo(1);
        cert("create", "given", "--secret", "tls");
        assertThat(cert("renew", "given")).satisfies(given -> {
            assertThat(given.code()).isEqualTo(2);
            assertThat(given.err()).contains("is of source secretRef: whoever keeps that Secret renews it");
        });
    }

    @Test
    void importsAPkcs12FileAsASecretOrAsItIs() throws IOException {
        p12("mail");
        Ran ran = cert("import", "mail", pki.file("mail.p12"), "--password-file", pki.file("password"));
        assertThat(ran.code()).as(ran.toString()).isZero();
        assertThat(ran.err()).contains("warning: ").contains("holds a private key. Do not commit it");
        assertThat(permissions(folder.resolve("mail.secret.yaml"))).isEqualTo("rw-------");
        assertThat(cert("list").columns("mail")).contains("secretRef", "True", "Ready");
        assertThat(cert("import", "mail", pki.file("mail.p12"), "--password-file", pki.file("password")).err()).contains("--replace overwrites it");

        assertThat(cert("import", "file", pki.file("mail.p12"), "--password-file", pki.file("password"), "--as", "pkcs12").code()).isZero();
        assertThat(cert("list").columns("file")).contains("pkcs12", "True", "Unused");
        assertThat(Files.readString(folder.resolve("file.secret.yaml"))).contains("keystore.p12: ").contains("name: file-file-password\n");

        pki.write("wrong", "wr0ng");
        Ran wrong = cert("import", "third", pki.file("mail.p12"), "--password-file", pki.file("wrong"));
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("the password does not open the PKCS#12 file").doesNotContain("wr0ng");
        silent(ran, wrong);
    }

    @Test
    void importsPemFilesThatBelongTogether() {
        pki.leaf("mail", "root", "mail.example.com");
        assertThat(cert("import", "mail", pki.file("mail.crt"), pki.file("mail.key"), pki.file("root.crt")).code()).isZero();
        assertThat(cert("show", "mail", "-o", "json").json().at("/certificate/dnsNames/0").asText()).isEqualTo("mail.example.com");

        Ran without = cert("import", "two", pki.file("mail.crt"));
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.err()).contains("there is no private key in");
        Ran other = cert("import", "two", pki.file("mail.crt"), pki.file("root.key"));
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("the private key does not fit the certificate");
        assertThat(cert("import", "two", pki.file("mail.crt"), pki.file("mail.key"), "--as", "pkcs12").err()).contains("needed is one PKCS#12 file, but given is PEM");
        assertThat(folder.resolve("two.secret.yaml")).doesNotExist();
        silent(without, other);
    }

    @Test
    void exportsWhatIsServedIntoFilesOfTheirOwner() throws IOException {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        assertThat(cert("export", "mail", "--format", "pem", "--out", pki.file("out.pem"))).satisfies(none -> {
            assertThat(none.code()).isEqualTo(1);
            assertThat(none.err()).contains("has nothing to export yet");
        });
        make("mail");
        pki.write("password", "s3cret\n");
        assertThat(cert("export", "mail", "--format", "pkcs12", "--out", pki.file("out.p12"), "--password-file", pki.file("password")).code()).isZero();
        assertThat(permissions(pki.file("out.p12"))).isEqualTo("rw-------");
        assertThat(pki.openssl("pkcs12", "-in", "out.p12", "-passin", "pass:s3cret", "-nodes")).contains("PRIVATE KEY").contains("subject=CN = mail.example.com");
        assertThat(cert("export", "mail", "--format", "pkcs12", "--out", pki.file("old.p12"), "--password-file", pki.file("password"), "--encryption", "TripleDES").code()).isZero();
        assertThat(pki.openssl("pkcs12", "-legacy", "-in", "old.p12", "-passin", "pass:s3cret", "-nodes")).contains("PRIVATE KEY");

        assertThat(cert("export", "mail", "--format", "pem", "--out", pki.file("out.pem")).out()).isEmpty();
        assertThat(permissions(pki.file("out.pem"))).isEqualTo("rw-------");
        assertThat(pki.text("out.pem")).contains("BEGIN CERTIFICATE").contains("BEGIN PRIVATE KEY");
        assertThat(cert("export", "mail", "--format", "pem", "--out", pki.file("out.pem")).err()).contains("exists already; --replace overwrites it");

        Ran noOut = cert("export", "mail", "--format", "pem");
        assertThat(noOut.code()).isEqualTo(2);
        assertThat(cert("export", "mail", "--format", "pem", "--no-key").out()).startsWith("-----BEGIN CERTIFICATE").doesNotContain("PRIVATE KEY");
        assertThat(cert("export", "mail", "--format", "pem", "--out", "-").out()).contains("BEGIN PRIVATE KEY");
        assertThat(cert("export", "mail", "--format", "pkcs12", "--no-key", "--out", "x").code()).isEqualTo(2);
        silent(noOut);
    }

    @Test
    void noCommandPrintsAKey() throws IOException {
        cert("create", "mail", "--signing-request", "--dns-name", "mail.example.com");
        Pending pending = request("mail");
        var outputs = new ArrayList<Ran>();
        for (String format : List.of("table", "wide", "json", "yaml", "name")) {
            outputs.add(cert("list", "-o", format));
            outputs.add(cert("show", "mail", "-o", format));
        }
        outputs.add(cert("csr", "mail"));
        outputs.add(cert("renew", "mail"));
        outputs.add(cert("renew", "mail", "--wait", "--timeout", "0"));
        String key = pending.key().lines().skip(1).findFirst().orElseThrow();
        assertThat(outputs).allSatisfy(ran -> assertThat(ran.out() + ran.err()).doesNotContain(key));
        silent(outputs.toArray(Ran[]::new));
    }

    @Test
    void aFolderWithErrorsSaysThem() throws IOException {
        Files.writeString(folder.resolve("bad.yaml"), "apiVersion: postern.dev/v1alpha1\nkind: Certificate\nmetadata: {name: x}\nspec: {source: {demo: {}, secretRef: {name: tls}}}\n");
        Ran ran = cert("list");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("bad.yaml:4: spec.source: set exactly one of");
        assertThat(Ran.cert("list", "--folder", folder.resolve("none")).err()).contains("does not exist");
        assertThat(Ran.cert("list", "--folder", folder, "--context", "x").err()).contains("give one or the other");
        assertThat(Ran.cert("nonsense").code()).isEqualTo(2);
        assertThat(Ran.cert().code()).isEqualTo(2);
    }

    @Test
    void anUnattachedCertificateIsSaidToBeSo() throws IOException {
        Files.delete(folder.resolve("gateway.yaml"));
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        assertThat(cert("list").columns("mail")).contains("False", "GatewayNotFound");
    }

    private void p12(String name) {
        pki.leaf(name, "root", name + ".example.com");
        pki.write("password", "s3cret\n");
        pki.openssl("pkcs12", "-export", "-inkey", name + ".key", "-in", name + ".crt", "-passout", "pass:s3cret", "-out", name + ".p12");
    }

    /** As the standalone gateway does. */
    private void make(String name) throws IOException {
        Issuance.Request request = Issuance.request(read(name), "mail.example.com");
        Authority.Issued made = Issuance.make(request, null, Instant.now());
        new CertificateFolder(data, name).keep(request.digest(), new InUse(made.certificatePem(), made.keyPem()));
    }

    /** As the standalone gateway does. */
    private Pending request(String name) throws IOException {
        Pending pending = Requests.make(Issuance.request(read(name), "mail.example.com"), null, null);
        new CertificateFolder(data, name).keep(pending);
        return pending;
    }

    private Certificate read(String name) {
        return new ManifestReader("default").read(folder).certificates().stream().filter(c -> c.getMetadata().getName().equals(name)).findFirst().orElseThrow();
    }

    private Ran cert(Object... arguments) {
        var all = new ArrayList<Object>(List.of(arguments));
        all.addAll(1, List.of("--folder", folder, "--data", data));
        return Ran.cert(all.toArray());
    }

    private static void silent(Ran... all) {
        assertThat(all).allSatisfy(ran -> assertThat(ran.out() + ran.err()).doesNotContain("PRIVATE KEY").doesNotContain("s3cret"));
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
