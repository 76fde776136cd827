package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import dev.postern.pki.Chains;
import dev.postern.pki.issue.Authority;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestConditionBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestStatus;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Certificates that a signer of Kubernetes' certificates API signs; the test is the one who approves, and the signer. */
class KubernetesSignerTest {
    private static final String ASKED = Samples.CERTIFICATE.replace("selfSigned: {}", "signingRequest: {signerName: example.com/mail}");
    private final Authority authority = new Authority("Test CA", Instant.now(), Duration.ofDays(900)).intermediate("Issuing", Duration.ofDays(800));
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void aRequestIsMadeAndItsAnswerTakenAndBothAgainWhenTheTimeComes() {
        f.apply(String.join("---\n", Samples.GATEWAY, Samples.POLICY, ASKED, Samples.LISTENER));
        CertificateSigningRequest request = request();
        String name = request.getMetadata().getName();
        assertThat(name).startsWith("postern-" + f.namespace + "-mail-");
        assertThat(request.getSpec().getSignerName()).isEqualTo("example.com/mail");
        assertThat(request.getSpec().getUsages()).containsExactly("digital signature", "server auth", "client auth");
        assertThat(request.getSpec().getExpirationSeconds()).isEqualTo((int) Duration.ofDays(90).toSeconds());
        assertThat(request.getMetadata().getLabels()).containsEntry("app.kubernetes.io/managed-by", "postern-operator");
        assertThat(request.getMetadata().getAnnotations()).containsEntry("postern.dev/certificate", f.namespace + "/mail");
        String status = await().until(() -> f.get(Certificate.class, "mail").getStatus().signingRequest, r -> r != null);
        assertThat(new String(Base64.getDecoder().decode(request.getSpec().getRequest()), StandardCharsets.UTF_8)).isEqualTo(status);
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature").getMessage()).contains("kubectl certificate approve " + name);

        condition(name, "Approved", "");
        f.awaitMessage(Certificate.class, "mail", ConditionTypes.ISSUING, "'example.com/mail' to sign it");
        String signed = authority.sign(status, Duration.ofDays(90));
        sign(name, signed);
        Secret tls = await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
        assertThat(text(tls)).isEqualTo(signed);
        await().untilAsserted(() -> assertThat(requests()).as("cleared away").isEmpty());
        await().untilAsserted(() -> assertThat(f.condition(Certificate.class, "mail", ConditionTypes.ISSUING)).isNull());
        await().untilAsserted(() -> assertThat(f.get(Secret.class, "edge-plan-keys").getData()).containsEntry("mail.key", tls.getData().get("tls.key")));
        f.settled();
        assertThat(requests()).isEmpty();

        f.stop();
        f.ahead = Duration.ofDays(80);
        f.start();
        CertificateSigningRequest next = request();
        assertThat(next.getMetadata().getName()).isNotEqualTo(name);
        String renewed = new Authority("Another CA", Instant.now().plus(f.ahead), Duration.ofDays(900)).sign(pem(next), Duration.ofDays(90));
        condition(next.getMetadata().getName(), "Approved", "");
        sign(next.getMetadata().getName(), renewed);
        await().until(() -> text(f.get(Secret.class, "mail-tls")), t -> t.equals(renewed));
    }

    @Test
    void aDenialIsToldAndItIsAskedAgainAfterAnHourOrWhenTheRequestChanges() {
        f.apply(String.join("---\n", Samples.GATEWAY, ASKED));
        String first = request().getMetadata().getName();
        condition(first, "Denied", "not for you");
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "Denied").getMessage()).contains("not for you").contains("asked again");
        f.settled();
        assertThat(requests()).extracting(r -> r.getMetadata().getName()).containsExactly(first);
        await().untilAsserted(() -> assertThat(events("Denied")).isEqualTo(1));

        f.apply(ASKED.replace("[mail.example.com]", "[mail.example.com, mx.example.com]"));
        String second = await().until(() -> requests().stream().map(r -> r.getMetadata().getName()).toList(), names -> names.size() == 1 && !names.contains(first)).getFirst();
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature");
        condition(second, "Approved", "");
        condition(second, "Failed", "the token is lost");
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "Failed").getMessage()).contains("the token is lost");
        f.settled();
        f.stop();
        f.ahead = Duration.ofMinutes(61);
        f.start();
        await().until(() -> requests().stream().map(r -> r.getMetadata().getName()).toList(), names -> names.size() == 1 && !names.contains(second));
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AwaitingSignature");
    }

    @Test
    void anAnswerToSomethingElseIsRefusedAndIsNotAskedForAllTheTime() {
        f.apply(String.join("---\n", Samples.GATEWAY, ASKED));
        String name = request().getMetadata().getName();
        condition(name, "Approved", "");
        sign(name, authority.issue(List.of("mail.example.com"), Duration.ofDays(9)).certificatePem());
        assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "AnswerRefused").getMessage()).contains("not for the key");
        f.settled();
        assertThat(requests()).extracting(r -> r.getMetadata().getName()).containsExactly(name);
        assertThat(f.get(Secret.class, "mail-tls")).isNull();
    }

    @Test
    void aRequestIsTakenBackWithItsCertificateAndWhenAnotherSignerIsNamed() {
        f.apply(String.join("---\n", Samples.GATEWAY, ASKED));
        String first = request().getMetadata().getName();
        f.apply(ASKED.replace("example.com/mail", "example.com/other"));
        await().until(() -> requests().stream().map(r -> r.getSpec().getSignerName()).toList(), signers -> signers.equals(List.of("example.com/other")));
        assertThat(requests()).extracting(r -> r.getMetadata().getName()).doesNotContain(first);
        f.patch(Certificate.class, "mail", "{\"spec\": {\"source\": {\"signingRequest\": {\"signerName\": null}}}}");
        await().until(() -> requests().isEmpty());
        f.apply(ASKED);
        request();
        f.apply(Samples.CERTIFICATE);
        await().until(() -> requests().isEmpty());
        f.apply(ASKED);
        request();
        f.delete(Certificate.class, "mail");
        await().until(() -> requests().isEmpty());
    }

    @Test
    void namesOfCertificatesThatAreWrittenAlikeDoNotCollide() {
        f.apply(String.join("---\n", Samples.GATEWAY, ASKED, ASKED.replace("{name: mail}", "{name: mail.x}")));
        await().until(() -> requests().size() == 2);
        assertThat(requests()).extracting(r -> r.getMetadata().getName()).doesNotHaveDuplicates();
    }

    @Test
    void anOperatorWithoutTheRightSaysSoAndGoesOn() {
        KubernetesServer server = KubernetesServer.shared();
        List<PolicyRule> rules = new ArrayList<>();
        rules.add(new PolicyRuleBuilder().withApiGroups("*").withResources("*").withVerbs("*").build());
        server.client().resource(new RoleBuilder().withNewMetadata().withNamespace(f.namespace).withName("all").endMetadata().withRules(rules).build()).create();
        server.client().resource(new RoleBindingBuilder().withNewMetadata().withNamespace(f.namespace).withName("all").endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "all").addNewSubject("", "ServiceAccount", "limited", f.namespace).build()).create();
        try (KubernetesClient limited = KubernetesServer.clientOf(server.tokenKubeconfig(f.namespace, "limited"))) {
            f.stop();
            f.start(limited);
            f.apply(String.join("---\n", Samples.GATEWAY, ASKED));
            assertThat(f.awaitCondition(Certificate.class, "mail", ConditionTypes.ISSUING, "True", "SignerUnavailable").getMessage()).contains("may not use certificatesigningrequests");
            f.awaitMessage(Certificate.class, "mail", ConditionTypes.RESOLVED_REFS, "spec.source.signingRequest.signerName");
            f.settled();

            // The rights that the chart gives.
            ClusterRole role = server.client().resource(new ClusterRoleBuilder().withNewMetadata().withName(f.namespace).endMetadata()
                    .withRules(new PolicyRuleBuilder().withApiGroups("certificates.k8s.io").withResources("certificatesigningrequests")
                            .withVerbs("get", "list", "watch", "create", "delete").build()).build()).create();
            ClusterRoleBinding binding = server.client().resource(new ClusterRoleBindingBuilder().withNewMetadata().withName(f.namespace).endMetadata()
                    .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", f.namespace).addNewSubject("", "ServiceAccount", "limited", f.namespace).build()).create();
            // What the minute's look does, at once.
            f.patch(Certificate.class, "mail", "{\"metadata\": {\"annotations\": {\"postern.dev/renew\": \"now\"}}}");
            CertificateSigningRequest request = request();
            condition(request.getMetadata().getName(), "Approved", "");
            sign(request.getMetadata().getName(), authority.sign(pem(request), Duration.ofDays(90)));
            await().until(() -> f.get(Secret.class, "mail-tls"), s -> s != null);
            await().until(() -> requests().isEmpty());
            f.stop();
            server.client().resource(binding).delete();
            server.client().resource(role).delete();
        }
        f.start();
    }

    private CertificateSigningRequest request() {
        return await().until(this::requests, list -> list.size() == 1).getFirst();
    }

    private List<CertificateSigningRequest> requests() {
        return f.client.certificates().v1().certificateSigningRequests().list().getItems().stream()
                .filter(r -> of(r.getMetadata()).startsWith(f.namespace + "/")).toList();
    }

    private static String of(ObjectMeta meta) {
        return meta.getAnnotations() == null ? "" : meta.getAnnotations().getOrDefault("postern.dev/certificate", "");
    }

    private void condition(String name, String type, String message) {
        var condition = new CertificateSigningRequestConditionBuilder().withType(type).withStatus("True").withReason("Test").withMessage(message).build();
        var request = f.client.certificates().v1().certificateSigningRequests().withName(name);
        if (type.equals("Approved")) {
            request.approve(condition);
        } else if (type.equals("Denied")) {
            request.deny(condition);
        } else {
            request.editStatus(r -> {
                r.getStatus().getConditions().add(condition);
                return r;
            });
        }
    }

    private void sign(String name, String pem) {
        f.client.certificates().v1().certificateSigningRequests().withName(name).editStatus(r -> {
            if (r.getStatus() == null) {
                r.setStatus(new CertificateSigningRequestStatus());
            }
            r.getStatus().setCertificate(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8)));
            return r;
        });
    }

    private long events(String reason) {
        return f.client.events().v1().events().inNamespace(f.namespace).list().getItems().stream().filter(e -> e.getReason().equals(reason)).count();
    }

    private static String pem(CertificateSigningRequest request) {
        return new String(Base64.getDecoder().decode(request.getSpec().getRequest()), StandardCharsets.UTF_8);
    }

    private static String text(Secret secret) {
        String text = new String(Base64.getDecoder().decode(secret.getData().get("tls.crt")), StandardCharsets.UTF_8);
        assertThat(Chains.parse(text)).isNotEmpty();
        return text;
    }
}
