package dev.postern.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailGateway;
import dev.postern.testing.KubernetesServer;
import dev.postern.testing.PosternProcess;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** The packaged operator: its parts put together by the container, with the rights that it needs and no others. */
class OperatorProcessIT {
    private final KubernetesServer server = KubernetesServer.shared();
    private final KubernetesClient client = server.client();

    @Test
    void itWorksWithItsRightsAloneTellsHowItIsAndEndsWhenItLosesTheLease() throws Exception {
        server.installCrds();
        String namespace = server.namespace();
        int port = PosternProcess.freePort();
        grant(namespace);
        try (PosternProcess process = PosternProcess.start(Map.of("KUBECONFIG", server.tokenKubeconfig(namespace, "operator").toString(),
                "POSTERN_WATCH_NAMESPACES", namespace, "POSTERN_OPERATOR_NAMESPACE", namespace, "POSTERN_IMAGE", "registry.test/postern:9",
                "POD_NAME", "operator-0"), "operator", "--http-port", Integer.toString(port))) {
            await().untilAsserted(() -> assertThat(get(port, "/q/health/ready").statusCode()).isEqualTo(200));
            for (HasMetadata item : client.load(new ByteArrayInputStream(Samples.ALL.getBytes(StandardCharsets.UTF_8))).items()) {
                item.getMetadata().setNamespace(namespace);
                client.resource(item).create();
            }
            await().untilAsserted(() -> {
                var gateway = client.resources(MailGateway.class).inNamespace(namespace).withName("edge").get();
                assertThat(gateway.getStatus()).isNotNull();
                assertThat(gateway.getStatus().revision).isNotNull();
                assertThat(client.apps().statefulSets().inNamespace(namespace).withName("edge").get().getSpec().getTemplate().getSpec().getContainers().getFirst()
                        .getImage()).isEqualTo("registry.test/postern:9");
                assertThat(client.services().inNamespace(namespace).withName("edge-public").get()).isNotNull();
            });
            await().untilAsserted(() -> assertThat(get(port, "/q/metrics").body())
                    .contains("postern_operator_plan_revision_changes_total{gateway=\"edge\"").contains("postern_operator_problems{kind=\"Listener\"")
                    .containsPattern("reconciliations_execution_duration_seconds_count\\{.*controller_name=\"mailgateway\""));
            // A right that is missing would show here.
            assertThat(process.lines()).noneMatch(l -> l.contains("Forbidden") || l.contains("forbidden"));

            client.leases().inNamespace(namespace).withName(OperatorSettings.NAME).edit(lease -> taken(lease));
            assertThat(process.awaitExit()).isNotZero();
        }
    }

    private static Lease taken(Lease lease) {
        lease.getSpec().setHolderIdentity("somebody-else");
        lease.getSpec().setRenewTime(ZonedDateTime.now().plusHours(1));
        return lease;
    }

    /** The rights that the chart gives. */
    private void grant(String namespace) {
        client.resource(new RoleBuilder().withNewMetadata().withNamespace(namespace).withName("operator").endMetadata().withRules(
                rule("postern.dev", List.of("mailgateways", "listeners", "mailflowpolicies", "destinationcontrols", "certificates"), "get", "list", "watch"),
                rule("postern.dev", List.of("mailgateways/status", "listeners/status", "mailflowpolicies/status", "destinationcontrols/status", "certificates/status"), "patch"),
                rule("postern.dev", List.of("mailgateways/finalizers", "certificates/finalizers"), "update"),
                rule("", List.of("configmaps", "serviceaccounts"), "get", "list", "watch", "create", "patch"),
                rule("", List.of("secrets", "services"), "get", "list", "watch", "create", "patch", "delete"),
                rule("apps", List.of("statefulsets"), "get", "list", "watch", "create", "patch"),
                rule("policy", List.of("poddisruptionbudgets"), "get", "list", "watch", "create", "patch"),
                rule("rbac.authorization.k8s.io", List.of("roles", "rolebindings"), "get", "list", "watch", "create", "patch"),
                rule("", List.of("pods"), "get", "list", "watch"),
                rule("events.k8s.io", List.of("events"), "create", "patch"),
                rule("coordination.k8s.io", List.of("leases"), "create", "get", "update", "patch")).build()).create();
        client.resource(new RoleBindingBuilder().withNewMetadata().withNamespace(namespace).withName("operator").endMetadata()
                .withNewRoleRef().withApiGroup("rbac.authorization.k8s.io").withKind("Role").withName("operator").endRoleRef()
                .addNewSubject().withKind("ServiceAccount").withName("operator").withNamespace(namespace).endSubject().build()).create();
    }

    private static PolicyRule rule(String group, List<String> resources, String... verbs) {
        return new PolicyRuleBuilder().withApiGroups(group).withResources(resources).withVerbs(verbs).build();
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200)).ignoreExceptions();
    }
}
