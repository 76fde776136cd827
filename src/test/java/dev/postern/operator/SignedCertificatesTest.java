package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.SigningRequests;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Certificates whose request a person has signed, on a real API server. */
class SignedCertificatesTest {
    private static final String REQUESTED = Samples.CERTIFICATE.replace("selfSigned: {}", "signingRequest: {}");
    private static final Duration LIFE = Duration.ofDays(90);
    private final Authority authority = new Authority("Test CA", Instant.now(), Duration.ofDays(900)).intermediate("Issuing", Duration.ofDays(800));
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void aRequestIsMadeItsAnswerIsCheckedAndTakenAndABadOneChangesNothing() {
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.POLICY, REQUESTED, Samples.LISTENER));
        Condition waiting = f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature");
        assertThat(waiting.getMessage()).contains("status.signingRequest").contains("signedCertificate");
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.READY, "False", "CertificateNotReady");
        CertificateStatus status = f.get(Certificate.class, "mail").getStatus();
        Secret request = f.get(Secret.class, "mail-csr");
        assertThat(request.getType()).isEqualTo("postern.dev/signing-request");
        assertThat(request.getData()).containsOnlyKeys("tls.csr", "tls.key");
        assertThat(request.getMetadata().getOwnerReferences()).hasSize(1);
        assertThat(status.signingRequest).isEqualTo(text(request, "tls.csr"));
        assertThat(status.signingRequestSecretName).isEqualTo("mail-csr");
        assertThat(SigningRequests.parse(status.signingRequest).dnsNames()).containsExactly("mail.example.com");
        assertThat(f.get(Secret.class, "mail-tls")).isNull();

        answer(REQUESTED, authority.issue(List.of("mail.example.com"), LIFE).certificatePem());
        Condition refused = f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AnswerRefused");
        assertThat(refused.getMessage()).contains("spec.source.signingRequest.signedCertificate").contains("not for the key");
        await().untilAsserted(() -> assertThat(events("AnswerRefused")).singleElement().satisfies(e -> assertThat(e.getType()).isEqualTo("Warning")));
        assertThat(f.get(Secret.class, "mail-tls")).isNull();

        String good = authority.sign(status.signingRequest, LIFE);
        answer(REQUESTED, good);
        Secret taken = await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        assertThat(text(taken, "tls.crt")).isEqualTo(good);
        assertThat(taken.getData().get("tls.key")).isEqualTo(request.getData().get("tls.key"));
        await().untilAsserted(() -> assertThat(f.condition(Certificate.class, "mail", ConditionTypes.ISSUING)).isNull());
        await().until(() -> f.condition(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS), c -> c != null && c.getStatus().equals("True"));
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", taken.getData().get("tls.key")));
        assertThat(f.get(Certificate.class, "mail").getStatus().renewalTime).isNotNull();

        f.settled();
        f.stop();
        f.start();
        f.settled();
        answer(REQUESTED, "no certificate");
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AnswerRefused");
        assertThat(f.get(Secret.class, "mail-tls").getMetadata().getResourceVersion()).isEqualTo(taken.getMetadata().getResourceVersion());
        assertThat(f.get(Secret.class, "mail-csr").getData()).isEqualTo(request.getData());
        noKeyIsAnywhere(text(request, "tls.key"));
    }

    @Test
    void theSameRequestCanBeSignedAgainWhereTheKeyStays() {
        String certificate = REQUESTED.replace("duration: 90d", "duration: 90d, privateKey: {rotation: Never}");
        f.apply(String.join("---\n", Samples.GATEWAY, certificate));
        String request = request();
        String first = authority.sign(request, LIFE);
        answer(certificate, first);
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        f.settled();
        f.stop();
        f.ahead = Duration.ofDays(80);
        f.start();
        f.settled();
        assertThat(f.get(Certificate.class, "mail").getStatus().signingRequest).as("the same one, though it is due").isEqualTo(request);
        Secret key = f.get(Secret.class, "mail-tls");
        String second = new Authority("Another CA", Instant.now().plus(f.ahead), Duration.ofDays(900)).sign(request, LIFE);
        answer(certificate, second);
        await().until(() -> text(f.get(Secret.class, "mail-tls"), "tls.crt"), s -> s.equals(second));
        assertThat(f.get(Secret.class, "mail-tls").getData().get("tls.key")).isEqualTo(key.getData().get("tls.key"));
    }

    @Test
    void aNewRequestLiesReadyWhenTheTimeComesAndTheOldCertificateServesUntilItIsAnswered() {
        f.apply(String.join("---\n", Samples.GATEWAY, REQUESTED));
        String request = request();
        String first = authority.sign(request, LIFE);
        answer(REQUESTED, first);
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        f.settled();
        f.stop();
        f.ahead = Duration.ofDays(80);
        f.start();
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature");
        String next = await().until(() -> f.get(Certificate.class, "mail").getStatus().signingRequest, r -> !r.equals(request));
        assertThat(text(f.get(Secret.class, "mail-tls"), "tls.crt")).isEqualTo(first);
        String second = new Authority("Another CA", Instant.now().plus(f.ahead), Duration.ofDays(900)).sign(next, LIFE);
        answer(REQUESTED, second);
        await().until(() -> text(f.get(Secret.class, "mail-tls"), "tls.crt"), s -> s.equals(second));
        await().untilAsserted(() -> assertThat(f.condition(Certificate.class, "mail", ConditionTypes.ISSUING)).isNull());
    }

    @Test
    void whatIsAskedForChangesAndSoDoesTheRequest() {
        f.apply(String.join("---\n", Samples.GATEWAY, REQUESTED));
        String request = request();
        String good = authority.sign(request, LIFE);
        answer(REQUESTED, good);
        Secret taken = await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        f.settled();
        String more = REQUESTED.replace("[mail.example.com]", "[mail.example.com, mx.example.com]");
        answer(more, good);
        String next = await().until(() -> f.get(Certificate.class, "mail").getStatus().signingRequest, r -> !r.equals(request));
        assertThat(SigningRequests.parse(next).dnsNames()).containsExactly("mail.example.com", "mx.example.com");
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature");
        assertThat(f.get(Secret.class, "mail-tls").getData()).as("in use until there is a better one").isEqualTo(taken.getData());

        answer(more, authority.issue(List.of("mail.example.com"), LIFE).certificatePem());
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AnswerRefused");
        answer(more, authority.sign(next, LIFE));
        await().until(() -> f.get(Certificate.class, "mail").getStatus().dnsNames, names -> names.contains("mx.example.com"));
    }

    @Test
    void aRequestThatSomeoneDeletedIsMadeAnewAndTheLossIsTold() {
        f.apply(String.join("---\n", Samples.GATEWAY, REQUESTED));
        String request = request();
        String answer = authority.sign(request, LIFE);
        f.settled();
        f.client.secrets().inNamespace(f.namespace).withName("mail-csr").delete();
        await().until(() -> f.get(Certificate.class, "mail").getStatus().signingRequest, r -> !r.equals(request));
        await().untilAsserted(() -> assertThat(events("RequestLost")).singleElement().satisfies(e -> assertThat(e.getNote()).contains("mail-csr")));
        answer(REQUESTED, answer);
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AnswerRefused");

        // A pair that is deleted comes back as long as its request is there.
        String good = authority.sign(request(), LIFE);
        answer(REQUESTED, good);
        Secret taken = await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        f.settled();
        f.client.resource(taken).delete();
        await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null && s.getData().equals(taken.getData()));
    }

    @Test
    void aSourceChangesAndTheCertificateInUseStaysUntilTheAnswer() {
        f.apply(Samples.ALL);
        f.settled();
        Secret selfSigned = f.get(Secret.class, "mail-tls");
        f.apply(REQUESTED);
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature");
        f.settled();
        assertThat(f.get(Secret.class, "mail-tls").getData()).isEqualTo(selfSigned.getData());
        answer(REQUESTED, authority.sign(request(), LIFE));
        await().until(() -> f.get(Certificate.class, "mail").getStatus().issuer, s -> s.contains("Issuing"));
        f.settled();
        f.apply(Samples.CERTIFICATE);
        await().until(() -> f.get(Certificate.class, "mail").getStatus().issuer, s -> s.contains("CN=mail.example.com"));
        await().untilAsserted(() -> assertThat(f.get(Certificate.class, "mail").getStatus().signingRequest).isNull());
    }

    private String request() {
        return await().until(() -> f.get(Certificate.class, "mail").getStatus(), s -> s != null && s.signingRequest != null).signingRequest;
    }

    private void answer(String certificate, String pem) {
        f.apply(certificate.replace("signingRequest: {}", "signingRequest: {signedCertificate: \"" + pem.strip().replace("\n", "\\n") + "\\n\"}"));
    }

    private void noKeyIsAnywhere(String pem) {
        String key = pem.lines().skip(1).findFirst().orElseThrow();
        assertThat(f.client.configMaps().inNamespace(f.namespace).list().toString()).doesNotContain(key);
        assertThat(f.client.resources(Certificate.class).inNamespace(f.namespace).list().toString()).doesNotContain(key);
        assertThat(f.client.events().v1().events().inNamespace(f.namespace).list().toString()).doesNotContain(key);
        f.list(Secret.class).forEach(s -> assertThat(s.getMetadata().toString()).doesNotContain(key));
    }

    private List<Event> events(String reason) {
        return f.client.events().v1().events().inNamespace(f.namespace).list().getItems().stream().filter(e -> e.getReason().equals(reason)).toList();
    }

    private static String text(Secret secret, String file) {
        return new String(Base64.getDecoder().decode(secret.getData().get(file)), StandardCharsets.UTF_8);
    }
}
