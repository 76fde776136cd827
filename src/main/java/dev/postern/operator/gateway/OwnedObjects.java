package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the cluster has of each gateway's objects: one informer a kind, limited to objects with the gateway label, so that the
 * size of the cluster does not matter.
 */
final class OwnedObjects {
    private static final String BY_GATEWAY = "gateway";
    private static final List<Class<? extends HasMetadata>> KINDS = List.of(ConfigMap.class, Secret.class, ServiceAccount.class, Role.class,
            RoleBinding.class, StatefulSet.class, Service.class, PodDisruptionBudget.class, Pod.class);

    private final Map<Class<?>, InformerEventSource<?, MailGateway>> sources = new HashMap<>();

    OwnedObjects(EventSourceContext<MailGateway> context) {
        KINDS.forEach(kind -> sources.put(kind, source(kind, context)));
    }

    List<EventSource<?, MailGateway>> eventSources() {
        return new ArrayList<>(sources.values());
    }

    @SuppressWarnings("unchecked")
    <T extends HasMetadata> InformerEventSource<T, MailGateway> source(Class<T> kind) {
        return (InformerEventSource<T, MailGateway>) sources.get(kind);
    }

    <T extends HasMetadata> Optional<T> get(Class<T> kind, String namespace, String name) {
        return source(kind).get(new ResourceID(name, namespace));
    }

    /** All of one gateway. */
    <T extends HasMetadata> List<T> of(Class<T> kind, MailGateway gateway) {
        return source(kind).byIndex(BY_GATEWAY, key(gateway.getMetadata().getNamespace(), gateway.getMetadata().getName()));
    }

    private static <T extends HasMetadata> InformerEventSource<T, MailGateway> source(Class<T> kind, EventSourceContext<MailGateway> context) {
        var configuration = InformerEventSourceConfiguration.from(kind, MailGateway.class)
                .withName(kind.getSimpleName())
                .withLabelSelector(PlanNames.GATEWAY_LABEL)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(object -> Set.of(new ResourceID(gateway(object), object.getMetadata().getNamespace())))
                .withOnUpdateFilter(OwnedObjects::matters)
                .build();
        var source = new InformerEventSource<T, MailGateway>(configuration, context);
        source.addIndexers(Map.of(BY_GATEWAY, object -> List.of(key(object.getMetadata().getNamespace(), gateway(object)))));
        return source;
    }

    /** A pod's status changes often and means something only where its readiness does; a StatefulSet's means nothing here. */
    private static boolean matters(HasMetadata now, HasMetadata before) {
        if (now instanceof Pod pod && before instanceof Pod old) {
            return Pods.isReady(pod) != Pods.isReady(old) || !gateway(now).equals(gateway(before));
        }
        if (now instanceof StatefulSet) {
            return !now.getMetadata().getGeneration().equals(before.getMetadata().getGeneration())
                    || !now.getMetadata().getLabels().equals(before.getMetadata().getLabels());
        }
        return true;
    }

    private static String gateway(HasMetadata object) {
        return object.getMetadata().getLabels() == null ? "" : object.getMetadata().getLabels().getOrDefault(PlanNames.GATEWAY_LABEL, "");
    }

    private static String key(String namespace, String gateway) {
        return namespace + "/" + gateway;
    }
}
