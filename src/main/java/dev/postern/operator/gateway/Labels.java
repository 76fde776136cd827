package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.operator.OperatorSettings;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Map;
import java.util.TreeMap;

/** Labels and owner of everything that belongs to a gateway. */
final class Labels {
    static final String NAME = "app.kubernetes.io/name";
    static final String COMPONENT = "app.kubernetes.io/component";
    static final String INSTANCE = "app.kubernetes.io/instance";
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** On a listener's Service; its value is the Listener's name. */
    static final String LISTENER = "postern.dev/listener";
    static final String ROLE_PLAN = "plan";
    static final String ROLE_KEYS = "keys";
    static final String ROLE_TICKETS = "tickets";
    static final String ROLE_SERVING = "serving";
    static final String ROLE_DELIVERIES = "deliveries";

    private Labels() {
    }

    /** What selects the pods of a gateway; a StatefulSet's selector can never change. */
    static Map<String, String> selector(String gateway) {
        Map<String, String> labels = new TreeMap<>();
        labels.put(NAME, "postern");
        labels.put(COMPONENT, "gateway");
        labels.put(PlanNames.GATEWAY_LABEL, gateway);
        return labels;
    }

    static Map<String, String> of(String gateway) {
        Map<String, String> labels = selector(gateway);
        labels.put(INSTANCE, gateway);
        labels.put(MANAGED_BY, OperatorSettings.NAME);
        return labels;
    }

    /** Metadata of an object that goes with its gateway. */
    static ObjectMeta meta(MailGateway gateway, String name) {
        return new ObjectMetaBuilder()
                .withNamespace(gateway.getMetadata().getNamespace())
                .withName(name)
                .withLabels(of(gateway.getMetadata().getName()))
                .withOwnerReferences(owner(gateway))
                .build();
    }

    private static OwnerReference owner(MailGateway gateway) {
        return new OwnerReferenceBuilder()
                .withApiVersion(gateway.getApiVersion())
                .withKind(gateway.getKind())
                .withName(gateway.getMetadata().getName())
                .withUid(gateway.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
