package dev.postern.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.api.Listener;
import dev.postern.operator.status.ConditionSet;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import dev.postern.pki.issue.Requests.Pending;
import dev.postern.pki.issue.Requests;
import dev.postern.plan.PlanNames;
import dev.postern.plan.ServingReport;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a real API server; the operator's part, the status and the Secrets, is played by the test. */
class ClusterTest {
    private static final KubernetesServer SERVER = KubernetesServer.shared();
    private final KubernetesClient client = SERVER.client();
    private String namespace;
    @TempDir
    Path folder;

    @BeforeAll
    static void installCrds() {
        SERVER.installCrds();
    }

    @BeforeEach
    void prepare() {
        namespace = SERVER.namespace();
    }

    @Test
    void createsListsAndShowsWithWhatEachPodServes() {
        assertThat(cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com", "--gateway", "edge").out()).isEqualTo("certificate.postern.dev/mail created\n");
        assertThat(cert("list").columns("mail")).containsExactly("mail", "edge", "selfSigned", "-", "-", "Unknown", "-");
        X509Certificate leaf = make("mail");
        listener("public", "mail");
        serving("edge", Map.of("edge-0", new ServingReport("u", "r", 3, null, Map.of("public", new ServingReport.Served(List.of(Fingerprints.sha256(leaf)), null)),
                Map.of("mail", Fingerprints.sha256(leaf))),
                "edge-1", new ServingReport("u", "r", 2, null, Map.of("public", new ServingReport.Served(List.of("abcd"), null)))));

        assertThat(cert("list").columns("mail")).containsExactly("mail", "edge", "selfSigned", leaf.getNotAfter().toInstant().toString(), "364", "True", "Ready");
        Ran shown = cert("show", "mail");
        assertThat(shown.out()).containsPattern("SHA-256: +" + Fingerprints.sha256(leaf)).containsPattern("edge-0 +listener public +equal +-\\n +edge-0 +delivery +equal").containsPattern("edge-1 +listener public +different: abcd +-")
                .contains("public, port 25, its default").doesNotContain("PRIVATE KEY");
        JsonNode pods = cert("show", "mail", "-o", "json").json().get("pods");
        assertThat(pods).extracting(p -> p.get("pod").asText() + " " + p.get("equal").asBoolean()).containsExactly("edge-0 true", "edge-0 true", "edge-1 false");
    }

    @Test
    void overwritesOnlyWhenToldToAndThenTheWholeSpec() {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        client.resources(Certificate.class).inNamespace(namespace).withName("mail").edit(c -> {
            c.getMetadata().setLabels(Map.of("team", "mail"));
            return c;
        });
        Ran again = cert("create", "mail", "--demo");
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("certificate.postern.dev/mail exists in namespace " + namespace + " already; --replace overwrites it");
        assertThat(cert("create", "mail", "--demo", "--replace").out()).isEqualTo("certificate.postern.dev/mail replaced\n");
        Certificate now = get("mail");
        assertThat(now.getSpec().source.demo).isNotNull();
        assertThat(now.getSpec().source.selfSigned).isNull();
        assertThat(now.getMetadata().getLabels()).containsEntry("team", "mail");
    }

    @Test
    void aRequestIsPrintedAndItsAnswerInstalled() {
        cert("create", "mail", "--signing-request", "--dns-name", "mail.example.com");
        assertThat(cert("csr", "mail").err()).contains("has no signing request yet; the operator makes it");
        Pending pending = Requests.make(Issuance.request(get("mail"), "mail.example.com"), null, null);
        secret("mail-csr", "Opaque", Map.of("tls.csr", pending.csr(), "tls.key", pending.key()));
        status("mail", status -> {
            status.signingRequest = pending.csr();
            status.signingRequestSecretName = "mail-csr";
        }, ConditionTypes.ISSUING, "AwaitingSignature");
        assertThat(cert("csr", "mail").out()).isEqualTo(pending.csr());

        OpensslPki pki = new OpensslPki(folder);
        pki.root("root");
        pki.write("mail.csr", pending.csr());
        pki.leaf("other", "root", "mail.example.com");
        assertThat(cert("sign", "mail", pki.file("other.crt")).code()).isEqualTo(1);
        assertThat(get("mail").getSpec().source.signingRequest.signedCertificate).isNull();
        pki.sign("mail", "root", "mail.example.com");
        Ran signed = cert("sign", "mail", pki.file("mail.crt"));
        assertThat(signed.code()).as(signed.toString()).isZero();
        assertThat(signed.out()).isEqualTo("certificate.postern.dev/mail patched\n");
        assertThat(Chains.parse(get("mail").getSpec().source.signingRequest.signedCertificate)).extracting(Names::subject).containsExactly("CN=mail.example.com");
        assertThat(cert("sign", "mail", pki.file("mail.crt"), "--wait", "--timeout", "0").err()).contains("not done within 0 s");
    }

    @Test
    void renewalIsAskedForAndAwaited() throws Exception {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        make("mail");
        var operator = java.util.concurrent.CompletableFuture.runAsync(() -> {
            client.resources(Certificate.class).inNamespace(namespace).withName("mail")
                    .waitUntilCondition(c -> c.getMetadata().getAnnotations() != null && c.getMetadata().getAnnotations().containsKey(Issuance.RENEW), 30, TimeUnit.SECONDS);
            make("mail");
        });
        Ran ran = cert("renew", "mail", "--wait");
        operator.get(30, TimeUnit.SECONDS);
        assertThat(ran.code()).as(ran.toString()).isZero();
        assertThat(Instant.parse(get("mail").getMetadata().getAnnotations().get(Issuance.RENEW))).isBefore(Instant.now().plusSeconds(1));
    }

    @Test
    void importsAndExports() {
        OpensslPki pki = new OpensslPki(folder);
        pki.root("root");
        pki.leaf("mail", "root", "mail.example.com");
        pki.write("password", "s3cret\n");
        pki.openssl("pkcs12", "-export", "-inkey", "mail.key", "-in", "mail.crt", "-passout", "pass:s3cret", "-out", "mail.p12");

        Ran imported = cert("import", "mail", pki.file("mail.p12"), "--password-file", pki.file("password"));
        assertThat(imported.code()).as(imported.toString()).isZero();
        assertThat(imported.out()).isEqualTo("secret/mail-imported created\ncertificate.postern.dev/mail created\n");
        Secret secret = client.secrets().inNamespace(namespace).withName("mail-imported").get();
        assertThat(secret.getType()).isEqualTo("kubernetes.io/tls");
        assertThat(cert("import", "mail", pki.file("mail.p12"), "--password-file", pki.file("password"), "--replace").out())
                .isEqualTo("secret/mail-imported replaced\ncertificate.postern.dev/mail replaced\n");
        assertThat(cert("import", "file", pki.file("mail.p12"), "--password-file", pki.file("password"), "--as", "pkcs12").code()).isZero();
        assertThat(get("file").getSpec().source.pkcs12.passwordSecretRef.name).isEqualTo("file-file-password");

        assertThat(cert("export", "mail", "--format", "pem", "--out", pki.file("out.pem")).code()).isZero();
        assertThat(pki.text("out.pem")).contains(pki.text("mail.crt").strip()).contains("PRIVATE KEY");
        assertThat(imported.out() + imported.err()).doesNotContain("s3cret").doesNotContain("PRIVATE KEY");
    }

    @Test
    void theApiServerHasTheLastWord() {
        assertThat(cert("show", "nobody")).satisfies(ran -> {
            assertThat(ran.code()).isEqualTo(2);
            assertThat(ran.err()).contains("there is no Certificate 'nobody' in namespace " + namespace);
        });
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com");
        make("mail");
        Path nobody = SERVER.tokenKubeconfig(namespace, "nobody");
        Ran forbidden = Ran.cert("list", "--kubeconfig", nobody);
        assertThat(forbidden.code()).isEqualTo(2);
        assertThat(forbidden.err()).contains("the cluster does not allow it").contains("cannot list resource \"certificates\"");
        assertThat(Ran.cert("list", "--kubeconfig", SERVER.kubeconfig(), "--context", "nowhere").err()).contains("the kubeconfig has no context 'nowhere'");
        assertThat(Ran.cert("list", "--kubeconfig", SERVER.kubeconfig(), "--context", "test", "-n", namespace, "-o", "name").out()).isEqualTo("certificate.postern.dev/mail\n");
        assertThat(Ran.cert("list", "--kubeconfig", new OpensslPki(folder).write("empty", "")).err()).contains("the kubeconfig cannot be used");
        assertThat(Ran.cert("list", "--kubeconfig", folder.resolve("none")).err()).contains("cannot be read");
    }

    @Test
    void whoMayNotReadSecretsSeesTheRest() {
        cert("create", "mail", "--self-signed", "--dns-name", "mail.example.com", "--gateway", "edge");
        make("mail");
        Path viewer = SERVER.tokenKubeconfig(namespace, "viewer");
        SERVER.kubectl("create", "role", "viewer", "-n", namespace, "--verb=get,list", "--resource=certificates.postern.dev,listeners.postern.dev");
        SERVER.kubectl("create", "rolebinding", "viewer", "-n", namespace, "--role=viewer", "--serviceaccount=" + namespace + ":viewer");
        Ran ran = Ran.cert("show", "mail", "--kubeconfig", viewer);
        assertThat(ran.code()).as(ran.toString()).isZero();
        assertThat(ran.out()).containsPattern("Not readable: +the cluster does not allow it: secrets .*; the cluster does not allow it: configmaps ").containsPattern("Ready +True");
    }

    private X509Certificate make(String name) {
        Certificate certificate = get(name);
        Authority.Issued made = Issuance.make(Issuance.request(certificate, "mail.example.com"), null, Instant.now());
        secret(name + "-tls", "kubernetes.io/tls", Map.of("tls.crt", made.certificatePem(), "tls.key", made.keyPem()));
        X509Certificate leaf = Chains.parse(made.certificatePem()).getFirst();
        status(name, status -> {
            status.secretName = name + "-tls";
            status.fingerprint = Fingerprints.sha256(leaf);
            status.notAfter = leaf.getNotAfter().toInstant().toString();
            status.keyAlgorithm = KeyPairs.algorithm(leaf.getPublicKey());
        }, ConditionTypes.READY, "Ready");
        return leaf;
    }

    private void secret(String name, String type, Map<String, String> files) {
        var data = new java.util.HashMap<String, String>();
        files.forEach((file, text) -> data.put(file, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        client.secrets().inNamespace(namespace).resource(new SecretBuilder().withNewMetadata().withName(name).endMetadata().withType(type).withData(data).build())
                .forceConflicts().serverSideApply();
    }

    private void status(String name, java.util.function.Consumer<CertificateStatus> fill, String condition, String reason) {
        client.resources(Certificate.class).inNamespace(namespace).withName(name).editStatus(c -> {
            CertificateStatus status = new CertificateStatus();
            status.observedGeneration = c.getMetadata().getGeneration();
            fill.accept(status);
            status.conditions = new ArrayList<>(List.of(new ConditionBuilder().withType(condition).withStatus(ConditionSet.TRUE).withReason(reason).withMessage("said by the test")
                    .withLastTransitionTime("2026-01-01T00:00:00Z").build()));
            c.setStatus(status);
            return c;
        });
    }

    private void listener(String name, String certificate) {
        SERVER.kubectl("apply", "-n", namespace, "-f", new OpensslPki(folder).write("listener.yaml", """
                apiVersion: postern.dev/v1alpha1
                kind: Listener
                metadata: {name: %s}
                spec:
                  gatewayRef: {name: edge}
                  type: Public
                  port: 25
                  certificateRefs: [{name: %s}]
                  hostAccess: [{senderGroup: ALL, senders: [ALL], policyRef: {name: accepted}}]
                  recipientAccess: [{recipients: [example.com]}]
                """.formatted(name, certificate)).toString());
        assertThat(client.resources(Listener.class).inNamespace(namespace).withName(name).get()).isNotNull();
    }

    private void serving(String gateway, Map<String, ServingReport> reports) {
        var map = new ConfigMapBuilder().withNewMetadata().withName(PlanNames.serving(gateway)).endMetadata();
        reports.forEach((pod, report) -> map.addToData(pod, report.toJson()));
        client.configMaps().inNamespace(namespace).resource(map.build()).create();
    }

    private Certificate get(String name) {
        return client.resources(Certificate.class).inNamespace(namespace).withName(name).get();
    }

    private Ran cert(Object... arguments) {
        var all = new ArrayList<Object>(List.of(arguments));
        all.addAll(1, List.of("--kubeconfig", SERVER.kubeconfig(), "-n", namespace));
        return Ran.cert(all.toArray());
    }
}
