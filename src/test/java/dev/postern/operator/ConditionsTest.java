package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.operator.status.ConditionSet;
import dev.postern.sasl.ScramVerifier;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every class of problem, as a person reads it in the status of the resource at fault. */
class ConditionsTest {
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void aResourceWithoutAGatewayWaitsForOneAndIsNotStalled() {
        f.apply(Samples.POLICY);
        f.awaitCondition(MailFlowPolicy.class, "accepted", ConditionTypes.ACCEPTED, "False", "GatewayNotFound");
        f.awaitCondition(MailFlowPolicy.class, "accepted", ConditionTypes.READY, "False", "GatewayNotFound");
        assertThat(f.condition(MailFlowPolicy.class, "accepted", ConditionTypes.STALLED)).isNull();
        assertThat(events("accepted")).singleElement().satisfies(e -> {
            assertThat(e.getReason()).isEqualTo("GatewayNotFound");
            assertThat(e.getType()).isEqualTo("Warning");
            assertThat(e.getNote()).contains("there is no MailGateway 'edge'");
        });

        f.apply(Samples.GATEWAY);
        f.awaitCondition(MailFlowPolicy.class, "accepted", ConditionTypes.READY, "True", "Unused");
        f.delete(MailGateway.class, "edge");
        f.awaitCondition(MailFlowPolicy.class, "accepted", ConditionTypes.ACCEPTED, "False", "GatewayNotFound");
    }

    @Test
    void whatIsMissingIsNamedAndWhatIsInvalidIsStalled() {
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.LISTENER.replace("  certificateRefs: [{name: mail}]\n", "")));
        Condition unresolved = f.awaitCondition(Listener.class, "public", ConditionTypes.READY, "False", "PolicyNotFound");
        assertThat(unresolved.getMessage()).contains("spec.hostAccess[0].policyRef");
        assertThat(f.condition(Listener.class, "public", ConditionTypes.RESOLVED_REFS).getStatus()).isEqualTo("False");
        assertThat(f.condition(Listener.class, "public", ConditionTypes.ACCEPTED).getStatus()).isEqualTo("True");
        assertThat(f.condition(Listener.class, "public", ConditionTypes.STALLED)).isNull();
        assertThat(f.get(MailGateway.class, "edge").getStatus().rejected).containsExactly("Listener/public");

        f.apply(Samples.destination("one", "same.test", "Required"));
        await().until(() -> f.condition(DestinationControl.class, "one", ConditionTypes.ACCEPTED), c -> c != null && c.getStatus().equals("True"));
        f.apply(Samples.destination("two", "same.test", "Required"));
        Condition conflicted = f.awaitCondition(DestinationControl.class, "two", ConditionTypes.ACCEPTED, "False", "Conflicted");
        assertThat(conflicted.getMessage()).contains("same.test");
        assertThat(f.condition(DestinationControl.class, "two", ConditionTypes.STALLED).getStatus()).isEqualTo("True");

        f.apply(Samples.LISTENER.replace("senders: [ALL]", "senders: [\"10.0.0.0/99\"]"));
        f.awaitCondition(Listener.class, "public", ConditionTypes.ACCEPTED, "False", "InvalidValue");
        f.awaitCondition(Listener.class, "public", ConditionTypes.STALLED, "True", "InvalidValue");
        f.apply(String.join("---\n", Samples.LISTENER, Samples.POLICY, Samples.CERTIFICATE));
        await().until(() -> f.condition(Listener.class, "public", ConditionTypes.RESOLVED_REFS), c -> c != null && c.getStatus().equals("True"));
        assertThat(f.condition(Listener.class, "public", ConditionTypes.STALLED)).isNull();
    }

    @Test
    void aBrokenEditLeavesTheLastGoodFormInForceAndItsService() {
        f.apply(Samples.ALL);
        f.settled();
        f.apply(Samples.LISTENER.replace("policyRef: {name: accepted}", "policyRef: {name: absent}").replace("port: 25", "port: 2525"));
        Condition stale = f.awaitCondition(Listener.class, "public", ConditionTypes.PROGRAMMED, "False", "LastGoodInForce");
        assertThat(stale.getMessage()).contains("last good form");
        assertThat(f.get(Service.class, "edge-public").getSpec().getPorts().getFirst().getPort()).isEqualTo(25);

        f.apply(Samples.LISTENER.replace("port: 25", "port: 2525"));
        await().untilAsserted(() -> assertThat(f.get(Service.class, "edge-public").getSpec().getPorts().getFirst().getPort()).isEqualTo(2525));
        f.delete(Listener.class, "public");
        await().untilAsserted(() -> assertThat(f.get(Service.class, "edge-public")).isNull());
        assertThat(f.get(Service.class, "edge-pods")).isNotNull();
    }

    @Test
    void aDestinationThatNeverWasGoodHoldsItsMail() {
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.DESTINATION.replace("tls: {mode: Required}",
                "tls: {mode: RequiredVerify, trustBundleRef: {name: authorities}}")));
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED, "False", "MailHeld");
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.RESOLVED_REFS, "False", "TrustBundleNotFound");

        // The ConfigMap has no label, and comes late; then it is broken; then it is right.
        var bundle = new ConfigMapBuilder().withNewMetadata().withNamespace(f.namespace).withName("authorities").endMetadata();
        f.client.resource(bundle.withData(Map.of("ca.crt", "nothing")).build()).create();
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.RESOLVED_REFS, "False", "InvalidTrustBundle");
        f.apply(Samples.CERTIFICATE);
        String pem = await().until(() -> f.client.secrets().inNamespace(f.namespace).withName("mail-tls").get(), s -> s != null).getData().get("tls.crt");
        String text = new String(Base64.getDecoder().decode(pem), StandardCharsets.UTF_8);
        f.client.resource(bundle.withData(Map.of("ca.crt", text)).build()).update();
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.RESOLVED_REFS, "True", "ResolvedRefs");
        assertThat(f.condition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED).getReason()).isEqualTo("PodsNotReady");
    }

    @Test
    void usersComeFromASecretThatIsNamedAndGoBesideTheKeysAlone() {
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.CERTIFICATE, Samples.POLICY.replace("behavior: Accept, tls: {mode: Preferred}", "behavior: Relay, authentication: Require"),
                Samples.LISTENER.replace("type: Public", "type: Private\n  authentication: {usersSecretRef: {name: app-users}}").replaceAll("  recipientAccess.*\n", "")));
        f.awaitCondition(Listener.class, "public", ConditionTypes.RESOLVED_REFS, "False", "SecretNotFound");
        String verifier = ScramVerifier.of("swordfish", 4096, "0123456789abcdef".getBytes(StandardCharsets.US_ASCII)).text();
        var secret = new SecretBuilder().withNewMetadata().withNamespace(f.namespace).withName("app-users").endMetadata();
        f.client.resource(secret.withData(Map.of("app", base64("swordfish"))).build()).create();
        assertThat(f.awaitCondition(Listener.class, "public", ConditionTypes.RESOLVED_REFS, "False", "InvalidUsers").getMessage()).contains("key 'app' is not a verifier")
                .doesNotContain("swordfish");
        f.client.resource(secret.withData(Map.of("app", base64(verifier))).build()).update();
        f.awaitCondition(Listener.class, "public", ConditionTypes.RESOLVED_REFS, "True", "ResolvedRefs");
        String before = users();
        assertThat(f.client.configMaps().inNamespace(f.namespace).list().toString()).doesNotContain("SCRAM-SHA-256$");

        // A user more is a plan more.
        f.client.resource(secret.withData(Map.of("app", base64(verifier), "billing", base64(verifier))).build()).update();
        await().untilAsserted(() -> assertThat(users()).isNotEqualTo(before));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The name under which users travel. */
    private String users() {
        return await().until(() -> f.client.secrets().inNamespace(f.namespace).withName("edge-plan-keys").get().getData().keySet().stream()
                .filter(name -> name.startsWith("_users-")).findFirst().orElse(null), name -> name != null);
    }

    @Test
    void whatBelongsToSomeoneElseIsNotTakenOver() {
        Service foreign = new ServiceBuilder().withNewMetadata().withNamespace(f.namespace).withName("edge-public").endMetadata()
                .withNewSpec().addNewPort().withPort(1).endPort().endSpec().build();
        f.client.resource(foreign).create();
        f.apply(Samples.ALL);
        Condition taken = f.awaitCondition(Listener.class, "public", ConditionTypes.PROGRAMMED, "False", "NameTaken");
        assertThat(taken.getMessage()).contains("Service 'edge-public'");
        assertThat(f.get(Service.class, "edge-public").getSpec().getPorts().getFirst().getPort()).isEqualTo(1);
    }

    @Test
    void whatOutlivedItsGatewayIsTakenBackAndVolumesStayAsTheyAre() {
        f.apply(Samples.GATEWAY);
        f.settled();
        f.stop();
        f.delete(MailGateway.class, "edge");
        f.orphan();
        f.apply(Samples.GATEWAY.replace("replicas: 2", "replicas: 3, storage: {size: 20Gi}"));
        f.start();
        await().untilAsserted(() -> assertThat(f.get(StatefulSet.class, "edge").getSpec().getReplicas()).isEqualTo(3));
        assertThat(f.get(StatefulSet.class, "edge").getMetadata().getOwnerReferences()).hasSize(1);
        await().untilAsserted(() -> assertThat(f.condition(MailGateway.class, "edge", ConditionTypes.READY).getMessage()).contains("10Gi"));
    }

    @Test
    void transitionTimesStayWhereTheStatusDoesAndEventsComeOnceATransition() {
        f.apply(Samples.GATEWAY + "---\n" + Samples.POLICY);
        Condition first = f.awaitCondition(MailFlowPolicy.class, "accepted", ConditionTypes.READY, "True", "Unused");
        f.ahead = Duration.ofHours(1);
        f.apply(Samples.POLICY.replace("Preferred", "Required"));
        await().until(() -> f.condition(MailFlowPolicy.class, "accepted", ConditionTypes.READY), c -> c != null && c.getObservedGeneration() == 2);
        Condition second = ConditionSet.find(f.get(MailFlowPolicy.class, "accepted").getStatus().conditions, ConditionTypes.READY);
        assertThat(second.getLastTransitionTime()).isEqualTo(first.getLastTransitionTime());
        f.settled();
        assertThat(events("accepted")).extracting(Event::getReason).containsExactly("Unused");
    }

    @Test
    void aCertificateThatListenersNameAndNobodyMadeIsMissing() {
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.POLICY, Samples.LISTENER));
        f.awaitCondition(Listener.class, "public", ConditionTypes.RESOLVED_REFS, "False", "CertificateNotFound");
        f.apply(Samples.CERTIFICATE.replace("source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d", "source: {secretRef: {name: nowhere}}"));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "False", "SecretNotFound");
        f.awaitCondition(Listener.class, "public", ConditionTypes.RESOLVED_REFS, "False", "CertificateNotReady");
    }

    private List<Event> events(String resource) {
        return f.client.events().v1().events().inNamespace(f.namespace).list().getItems().stream()
                .filter(e -> e.getRegarding().getName().equals(resource)).toList();
    }
}
