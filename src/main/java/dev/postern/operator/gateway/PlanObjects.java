package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.plan.TicketKeyring;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The objects in which a plan is written, and those in which pods tell what they serve and how delivery goes. Pure. */
final class PlanObjects {
    private PlanObjects() {
    }

    static ConfigMap index(MailGateway gateway, PlanParts.Index index) {
        String name = gateway.getMetadata().getName();
        return configMap(gateway, PlanNames.index(name), Labels.ROLE_PLAN, Map.of(PlanNames.INDEX_KEY, index.toJson()));
    }

    static ConfigMap part(MailGateway gateway, String part, String json) {
        String name = gateway.getMetadata().getName();
        return configMap(gateway, PlanNames.part(name, part), Labels.ROLE_PLAN, Map.of(part + PlanNames.PART_SUFFIX, json));
    }

    /** @param keys private keys in PEM by certificate name */
    static Secret keys(MailGateway gateway, Map<String, String> keys) {
        Map<String, String> data = new TreeMap<>();
        keys.forEach((name, pem) -> data.put(name + PlanNames.KEY_SUFFIX, Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8))));
        return new SecretBuilder()
                .withMetadata(meta(gateway, PlanNames.keys(gateway.getMetadata().getName()), Labels.ROLE_KEYS))
                .withType("Opaque")
                .withData(data)
                .build();
    }

    static Secret tickets(MailGateway gateway, TicketKeyring keyring) {
        return new SecretBuilder()
                .withMetadata(meta(gateway, PlanNames.tickets(gateway.getMetadata().getName()), Labels.ROLE_TICKETS))
                .withType("Opaque")
                .withData(Map.of(TicketStore.KEYS, Base64.getEncoder().encodeToString(keyring.text().getBytes(StandardCharsets.UTF_8))))
                .build();
    }

    /** Without data: that is the pods'. */
    static ConfigMap serving(MailGateway gateway) {
        return configMap(gateway, PlanNames.serving(gateway.getMetadata().getName()), Labels.ROLE_SERVING, null);
    }

    /** Without data: that is the pods'. */
    static ConfigMap deliveries(MailGateway gateway) {
        return configMap(gateway, PlanNames.deliveries(gateway.getMetadata().getName()), Labels.ROLE_DELIVERIES, null);
    }

    private static ConfigMap configMap(MailGateway gateway, String name, String role, Map<String, String> data) {
        return new ConfigMapBuilder().withMetadata(meta(gateway, name, role)).withData(data).build();
    }

    private static ObjectMeta meta(MailGateway gateway, String name, String role) {
        ObjectMeta meta = Labels.meta(gateway, name);
        meta.getLabels().put(PlanNames.ROLE_LABEL, role);
        return meta;
    }
}
