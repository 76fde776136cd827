package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.ConditionTypes;
import dev.postern.operator.kube.Types;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.TestCertificates;
import dev.postern.testing.CertManager;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Certificates that cert-manager issues: its own controllers answer, on a real API server. */
class CertManagerTest {
    private static final String ISSUED = Samples.CERTIFICATE.replace("selfSigned: {}", "signingRequest: {issuerRef: {name: authority}}");
    private static final String ISSUER = """
            apiVersion: cert-manager.io/v1
            kind: Issuer
            metadata: {name: authority}
            spec: {ca: {secretName: authority}}
            """;
    private static Path folder;
    private final OperatorFixture f = new OperatorFixture();
    private CertManager certManager;

    @BeforeAll
    static void find() {
        folder = CertManager.find().orElse(null);
        assumeThat(folder).as("cert-manager, which Go builds").isNotNull();
    }

    @AfterAll
    static void uninstall() {
        CertManager.uninstall(KubernetesServer.shared().client());
    }

    @AfterEach
    void stop() {
        f.close();
        if (certManager != null) {
            certManager.close();
        }
    }

    @Test
    void anIssuerSignsAndSignsAgainWhenTheTimeComes() {
        begin();
        authority();
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.POLICY, ISSUED, Samples.LISTENER, ISSUER));
        Secret tls = await().alias(certManager.says()).until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        List<X509Certificate> chain = Chains.parse(text(tls, "tls.crt"));
        assertThat(Names.dnsNames(chain.getFirst())).containsExactly("mail.example.com");
        assertThat(Duration.between(chain.getFirst().getNotBefore().toInstant(), chain.getFirst().getNotAfter().toInstant())).isEqualTo(Duration.ofDays(90));
        assertThat(chain.stream().filter(c -> c.getSubjectX500Principal().equals(c.getIssuerX500Principal()))).as("no root").isEmpty();
        await().untilAsserted(() -> assertThat(f.condition(Certificate.class, "mail", ConditionTypes.ISSUING)).isNull());
        await().untilAsserted(() -> assertThat(requests()).as("cleared away").isEmpty());
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", tls.getData().get("tls.key")));

        f.patch(Certificate.class, "mail", "{\"metadata\": {\"annotations\": {\"postern.dev/renew\": \"now\"}}}");
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> !s.getData().get("tls.key").equals(tls.getData().get("tls.key")));
    }

    @Test
    void anRsaKeyIsSignedForTooAndAnIssuerThatIsMissingIsWaitedFor() {
        begin();
        f.apply(String.join("---\n", Samples.GATEWAY, ISSUED.replace("duration: 90d", "duration: 90d, privateKey: {algorithm: RSA-2048}")));
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature").getMessage()).contains("CertificateRequest 'postern-");
        f.awaitMessage(Certificate.class, "mail", ConditionTypes.ISSUING, "not found");
        assertThat(requests()).singleElement().satisfies(r -> {
            assertThat(r.getMetadata().getOwnerReferences()).hasSize(1);
            assertThat(r.<List<String>>get("spec", "usages")).containsExactlyInAnyOrder("digital signature", "key encipherment", "server auth", "client auth");
        });
        authority();
        f.apply(ISSUER);
        Secret tls = await().alias(certManager.says()).until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        assertThat(Chains.parse(text(tls, "tls.crt")).getFirst().getPublicKey().getAlgorithm()).isEqualTo("RSA");
        assertThat(Chains.parse(text(tls, "tls.crt")).getFirst().getKeyUsage()[2]).as("key encipherment").isTrue();
    }

    @Test
    void aClusterWithoutCertManagerSaysSoAndGoesOn() {
        CertManager.uninstall(f.client);
        f.apply(String.join("---\n", Samples.GATEWAY, ISSUED));
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "SignerUnavailable").getMessage()).contains("cert-manager is not installed in this cluster");
        f.awaitMessage(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS,
                "spec.source.signingRequest.issuerRef: cert-manager is not installed in this cluster (there is no CertificateRequest)");
        f.settled();
        begin();
        authority();
        // What the minute's look does, at once.
        f.apply(String.join("---\n", ISSUER, ISSUED.replace("duration: 90d", "duration: 80d")));
        await().alias(certManager.says()).until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "True", "ResolvedRefs");
    }

    private void begin() {
        CertManager.install(folder, f.client);
        certManager = CertManager.start(folder, KubernetesServer.shared(), f.namespace);
    }

    private void authority() {
        KeyPair keys = KeyPairs.generate(Algorithm.ECDSA_P256);
        f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName("authority").endMetadata().withType("kubernetes.io/tls")
                .withStringData(Map.of("tls.crt", Chains.toPem(List.of(TestCertificates.authority("CN=Test CA", keys))), "tls.key", KeyPairs.toPem(keys.getPrivate()))).build()).create();
    }

    private List<GenericKubernetesResource> requests() {
        return f.client.genericKubernetesResources(Types.CERTIFICATE_REQUESTS).inNamespace(f.namespace).list().getItems();
    }

    private static String text(Secret secret, String file) {
        return new String(Base64.getDecoder().decode(secret.getData().get(file)), StandardCharsets.UTF_8);
    }
}
