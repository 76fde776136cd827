package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Certificates on a real API server: made, renewed, followed. */
class CertificatesTest {
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void aSelfSignedCertificateReachesThePlanAndIsMadeAnewWhenItsSpecificationChangesOrItsTimeComes() {
        f.apply(Samples.ALL);
        f.settled();
        Secret made = f.get(Secret.class, "mail-tls");
        assertThat(made.getType()).isEqualTo("kubernetes.io/tls");
        assertThat(made.getMetadata().getLabels()).containsEntry("postern.dev/certificate", "mail");
        var status = f.get(Certificate.class, "mail").getStatus();
        assertThat(status.secretName).isEqualTo("mail-tls");
        assertThat(status.dnsNames).containsExactly("mail.example.com");
        assertThat(status.renewalTime).isLessThan(status.notAfter);
        assertThat(f.get(Secret.class, "edge-plan-keys").getData().get("mail.key")).isEqualTo(made.getData().get("tls.key"));

        PlanParts.Index first = f.index("edge");
        f.apply(Samples.CERTIFICATE.replace("[mail.example.com]", "[mail.example.com, mx.example.com]").replace("duration: 90d", "duration: 90d, privateKey: {rotation: Never}"));
        await().untilAsserted(() -> assertThat(f.get(Certificate.class, "mail").getStatus().dnsNames).containsExactly("mail.example.com", "mx.example.com"));
        await().until(() -> f.index("edge").serial(), s -> s > first.serial());
        assertThat(f.get(Secret.class, "mail-tls").getData().get("tls.key")).isEqualTo(made.getData().get("tls.key"));
        assertThat(f.get(Secret.class, "mail-tls").getData().get("tls.crt")).isNotEqualTo(made.getData().get("tls.crt"));

        f.settled();
        String chain = f.get(Secret.class, "mail-tls").getData().get("tls.crt");
        f.ahead = Duration.ofDays(61);
        f.apply(Samples.CERTIFICATE.replace("[mail.example.com]", "[mail.example.com, mx.example.com]").replace("duration: 90d", "duration: 90d, renewBefore: 40d"));
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "mail-tls").getData().get("tls.crt")).isNotEqualTo(chain));
        assertThat(f.get(Secret.class, "mail-tls").getData().get("tls.key")).isNotEqualTo(made.getData().get("tls.key"));
    }

    @Test
    void aSecretOfSomeoneElseIsNeverOverwritten() {
        Secret foreign = f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName("mail-tls").endMetadata()
                .withData(Map.of("password", "c2VjcmV0")).build()).create();
        f.apply(Samples.ALL);
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "False", "CertificateNotReady").getMessage())
                .contains("mail-tls").contains("not overwritten");
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getMetadata().getResourceVersion()).isEqualTo(foreign.getMetadata().getResourceVersion());
    }

    @Test
    void aSecretThatIsKeptElsewhereIsFollowed() {
        f.apply(Samples.ALL.replace("kind: Certificate\nmetadata: {name: mail}", "kind: Certificate\nmetadata: {name: maker}"));
        Secret first = await().until(() -> f.get(Secret.class, "maker-tls"), s -> s != null);
        f.apply(Samples.CERTIFICATE.replace("source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d", "source: {secretRef: {name: given}}"));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "False", "SecretNotFound");
        tls("given", first.getData());
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", first.getData().get("tls.key")));
        String fingerprint = await().until(() -> f.get(Certificate.class, "mail").getStatus().fingerprint, s -> s != null);

        f.client.resource(first).delete();
        Secret second = await().until(() -> f.get(Secret.class, "maker-tls"), s -> s != null);
        tls("given", second.getData());
        await().untilAsserted(() -> assertThat(f.get(Certificate.class, "mail").getStatus().fingerprint).isNotEqualTo(fingerprint));
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", second.getData().get("tls.key")));

        tls("given", Map.of("tls.crt", first.getData().get("tls.crt"), "tls.key", second.getData().get("tls.key")));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "False", "KeyMismatch");
        f.settled();
        assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", second.getData().get("tls.key"));

        f.client.secrets().inNamespace(f.namespace).withName("given").delete();
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "False", "SecretNotFound");
        f.settled();
        assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsKey("mail.key");
    }

    @Test
    void aDemoCertificateSaysThatNobodyCanVerifyIt() {
        f.apply(Samples.ALL.replace("source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d", "source: {demo: {}}"));
        f.settled();
        assertThat(f.get(Certificate.class, "mail").getStatus().dnsNames).containsExactly("mail.example.com");
        assertThat(f.condition(Certificate.class, "mail", ConditionTypes.READY).getMessage()).contains("verif");
    }

    @Test
    void aCertificateThatEndedIsNotReady() {
        f.apply(Samples.ALL.replace("kind: Certificate\nmetadata: {name: mail}", "kind: Certificate\nmetadata: {name: maker}"));
        Secret made = await().until(() -> f.get(Secret.class, "maker-tls"), s -> s != null);
        tls("given", made.getData());
        f.apply(Samples.CERTIFICATE.replace("source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d", "source: {secretRef: {name: given}}"));
        await().until(() -> f.get(Certificate.class, "mail").getStatus(), s -> s != null && s.fingerprint != null);
        f.settled();
        f.stop();
        f.ahead = Duration.ofDays(91);
        f.start();
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.READY, "False", "Expired").getMessage()).contains("ended");
    }

    @Test
    void noKeyIsInAnyStatusEventOrConfigMap() {
        f.apply(Samples.ALL);
        f.settled();
        String key = new String(Base64.getDecoder().decode(f.get(Secret.class, "mail-tls").getData().get("tls.key")), StandardCharsets.UTF_8).lines().skip(1).findFirst().orElseThrow();
        assertThat(f.client.configMaps().inNamespace(f.namespace).list().toString()).doesNotContain(key);
        assertThat(f.get(Certificate.class, "mail").getStatus().toString()).doesNotContain(key);
        assertThat(f.client.events().v1().events().inNamespace(f.namespace).list().toString()).doesNotContain(key);
    }

    private void tls(String name, Map<String, String> data) {
        Secret secret = new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName(name).endMetadata()
                .withType("kubernetes.io/tls").withData(Map.of("tls.crt", data.get("tls.crt"), "tls.key", data.get("tls.key"))).build();
        if (f.get(Secret.class, name) == null) {
            f.client.resource(secret).create();
        } else {
            f.client.resource(secret).update();
        }
    }
}
