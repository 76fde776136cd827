package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Secrets that the operator makes for Certificates, and what others do to them. */
class OwnSecretsTest {
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void aSecretThatLostItsLabelGetsItBackAndIsNotMadeAnew() {
        f.apply(Samples.ALL);
        f.settled();
        Secret made = f.get(Secret.class, "mail-tls");
        f.client.resource(made).edit(s -> new SecretBuilder(s).editMetadata().removeFromLabels("app.kubernetes.io/managed-by").endMetadata().build());
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "mail-tls").getMetadata().getLabels()).containsEntry("app.kubernetes.io/managed-by", "postern-operator"));
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getData()).isEqualTo(made.getData());
        assertThat(f.get(Secret.class, "mail-tls").getMetadata().getUid()).isEqualTo(made.getMetadata().getUid());
        assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", made.getData().get("tls.key"));
    }

    @Test
    void aSecretWithoutItsLabelIsFoundByAnOperatorThatStarts() {
        f.apply(Samples.ALL);
        f.settled();
        f.stop();
        Secret made = f.get(Secret.class, "mail-tls");
        f.client.resource(made).edit(s -> new SecretBuilder(s).editMetadata().withLabels(Map.of()).endMetadata().build());
        f.start();
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "mail-tls").getMetadata().getLabels()).containsEntry("postern.dev/certificate", "mail"));
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getData()).isEqualTo(made.getData());
    }

    @Test
    void aNameThatIsTakenIsUsedAsSoonAsItIsFree() {
        f.client.resource(new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName("mail-tls").endMetadata()
                .withData(Map.of("password", "c2VjcmV0")).build()).create();
        f.apply(Samples.ALL);
        await().until(() -> f.condition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS), c -> c != null && c.getMessage().contains("not overwritten"));
        f.client.secrets().inNamespace(f.namespace).withName("mail-tls").delete();
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null && s.getType().equals("kubernetes.io/tls"));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "True", "ResolvedRefs");
    }

    @Test
    void twoCertificatesOfOneSecretFollowIt() {
        f.apply(Samples.ALL.replace("kind: Certificate\nmetadata: {name: mail}", "kind: Certificate\nmetadata: {name: maker}"));
        String selfSigned = "source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d";
        String one = Samples.CERTIFICATE.replace(selfSigned, "source: {secretRef: {name: maker-tls}}");
        f.apply(String.join("---\n", one, one.replace("{name: mail}", "{name: other}")));
        String first = await().until(() -> f.get(Certificate.class, "other").getStatus(), s -> s != null && s.fingerprint != null).fingerprint;
        await().until(() -> f.get(Certificate.class, "mail").getStatus(), s -> s != null && first.equals(s.fingerprint));

        annotate("maker", "now");
        await().until(() -> f.get(Certificate.class, "maker").getStatus().fingerprint, s -> !s.equals(first));
        for (String name : new String[] {"mail", "other"}) {
            await().until(() -> f.get(Certificate.class, name).getStatus().fingerprint, s -> s.equals(f.get(Certificate.class, "maker").getStatus().fingerprint));
        }
        f.delete(Certificate.class, "other");
        annotate("maker", "again");
        String second = f.get(Certificate.class, "mail").getStatus().fingerprint;
        await().until(() -> f.get(Certificate.class, "mail").getStatus().fingerprint, s -> !s.equals(second));
    }

    @Test
    void anAnnotationAsksForARenewalAtOnceAndOnlyOnce() {
        f.apply(Samples.ALL);
        f.settled();
        Secret made = f.get(Secret.class, "mail-tls");
        long generation = f.get(Certificate.class, "mail").getMetadata().getGeneration();
        annotate("mail", "1");
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "mail-tls").getData()).isNotEqualTo(made.getData()));
        f.settled();
        Secret renewed = f.get(Secret.class, "mail-tls");
        assertThat(f.get(Certificate.class, "mail").getMetadata().getGeneration()).isEqualTo(generation);
        assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", renewed.getData().get("tls.key"));
        f.stop();
        f.start();
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getData()).isEqualTo(renewed.getData());
    }

    private void annotate(String certificate, String value) {
        f.patch(Certificate.class, certificate, "{\"metadata\": {\"annotations\": {\"postern.dev/renew\": \"" + value + "\"}}}");
    }
}
