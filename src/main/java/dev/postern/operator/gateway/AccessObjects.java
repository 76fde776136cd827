package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.List;

/** Who the pods are and what they may do: read their own plan, tell what they serve and how delivery goes, write events. Pure. */
final class AccessObjects {
    private AccessObjects() {
    }

    /** Name of the ServiceAccount, the Role and the RoleBinding. */
    static String name(MailGateway gateway) {
        return gateway.getMetadata().getName() + "-gateway";
    }

    static ServiceAccount serviceAccount(MailGateway gateway) {
        return new ServiceAccountBuilder().withMetadata(Labels.meta(gateway, name(gateway))).build();
    }

    static Role role(MailGateway gateway) {
        String name = gateway.getMetadata().getName();
        return new RoleBuilder()
                .withMetadata(Labels.meta(gateway, name(gateway)))
                .withRules(
                        rule("", "configmaps", List.of(PlanNames.index(name)), "get", "list", "watch"),
                        rule("", "configmaps", PlanParts.names().stream().map(part -> PlanNames.part(name, part)).toList(), "get"),
                        rule("", "secrets", List.of(PlanNames.keys(name)), "get"),
                        rule("", "configmaps", List.of(PlanNames.serving(name), PlanNames.deliveries(name)), "get", "patch"),
                        rule("events.k8s.io", "events", List.of(), "create", "patch"))
                .build();
    }

    static RoleBinding roleBinding(MailGateway gateway) {
        return new RoleBindingBuilder()
                .withMetadata(Labels.meta(gateway, name(gateway)))
                .withNewRoleRef().withApiGroup("rbac.authorization.k8s.io").withKind("Role").withName(name(gateway)).endRoleRef()
                .addNewSubject().withKind("ServiceAccount").withName(name(gateway)).withNamespace(gateway.getMetadata().getNamespace()).endSubject()
                .build();
    }

    private static PolicyRule rule(String group, String resource, List<String> names, String... verbs) {
        return new PolicyRuleBuilder().withApiGroups(group).withResources(resource).withResourceNames(names).withVerbs(verbs).build();
    }
}
