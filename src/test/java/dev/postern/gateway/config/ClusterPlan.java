package dev.postern.gateway.config;

import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes plans into a namespace as the operator does: parts that changed, keys, then the index. And gives a pod's rights. */
final class ClusterPlan {
    static final String GATEWAY = "default";
    final String namespace;
    private final KubernetesServer server;
    private final Map<String, String> digests = new HashMap<>();

    ClusterPlan(KubernetesServer server) {
        this.server = server;
        namespace = server.namespace();
        apply(PlanNames.serving(GATEWAY), Map.of());
        apply(PlanNames.deliveries(GATEWAY), Map.of());
    }

    /** A client with the rights of a gateway's pod and no others. */
    KubernetesClient podClient() {
        return podClient(server.client().getMasterUrl().getPort());
    }

    /** The same, through another port of this machine. */
    KubernetesClient podClient(int port) {
        var token = server.tokenKubeconfig(namespace, GATEWAY);
        var parts = PlanParts.names().stream().map(part -> PlanNames.part(GATEWAY, part)).toList();
        server.client().rbac().roles().inNamespace(namespace).resource(new RoleBuilder().withNewMetadata().withName(GATEWAY).endMetadata()
                .withRules(rule("", "configmaps", List.of(PlanNames.index(GATEWAY)), "get", "list", "watch"), rule("", "configmaps", parts, "get"),
                        rule("", "configmaps", List.of(PlanNames.serving(GATEWAY), PlanNames.deliveries(GATEWAY)), "get", "patch"),
                        rule("", "secrets", List.of(PlanNames.keys(GATEWAY)), "get"), rule("events.k8s.io", "events", List.of(), "create", "patch"))
                .build()).serverSideApply();
        server.client().rbac().roleBindings().inNamespace(namespace).resource(new RoleBindingBuilder().withNewMetadata().withName(GATEWAY).endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", GATEWAY)
                .addNewSubject("", "ServiceAccount", GATEWAY, namespace).build()).serverSideApply();
        Config config = Config.fromKubeconfig(token.toFile());
        return GatewayClient.create(new ConfigBuilder(config).withMasterUrl("https://127.0.0.1:" + port).build());
    }

    void write(PlanSource.Written written) {
        written.parts().parts().keySet().stream().sorted().forEach(part -> writePart(written, part));
        writeKeys(written);
        writeIndex(written);
    }

    void writePart(PlanSource.Written written, String part) {
        if (!written.parts().index().digests().get(part).equals(digests.get(part))) {
            writePart(part, written.parts().parts().get(part));
            digests.put(part, written.parts().index().digests().get(part));
        }
    }

    void writePart(String part, String json) {
        apply(PlanNames.part(GATEWAY, part), Map.of(part + PlanNames.PART_SUFFIX, json));
    }

    void writeKeys(PlanSource.Written written) {
        Map<String, String> data = new HashMap<>();
        written.keys().forEach((name, key) -> data.put(name + PlanNames.KEY_SUFFIX,
                Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8))));
        server.client().secrets().inNamespace(namespace)
                .resource(new SecretBuilder().withNewMetadata().withName(PlanNames.keys(GATEWAY)).endMetadata().withData(data).build())
                .fieldManager("operator").forceConflicts().serverSideApply();
    }

    void writeIndex(PlanSource.Written written) {
        apply(PlanNames.index(GATEWAY), Map.of(PlanNames.INDEX_KEY, written.parts().index().toJson()));
    }

    void apply(String name, Map<String, String> data) {
        server.client().configMaps().inNamespace(namespace)
                .resource(new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata().withData(data).build())
                .fieldManager("operator").forceConflicts().serverSideApply();
    }

    Map<String, String> serving() {
        var data = server.client().configMaps().inNamespace(namespace).withName(PlanNames.serving(GATEWAY)).get().getData();
        return data == null ? Map.of() : data;
    }

    private static PolicyRule rule(String group, String resource, List<String> names, String... verbs) {
        return new PolicyRuleBuilder().withApiGroups(group).withResources(resource).withResourceNames(names).withVerbs(verbs).build();
    }
}
