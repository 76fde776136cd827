package dev.postern.operator.gateway;

import dev.postern.api.ListenerSpec;
import dev.postern.api.MailGateway;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.TreeMap;

/** How the pods are reached, and how many may be away at once. Pure. */
final class NetworkObjects {
    private static final int MAX_SERVICE_NAME = 63;
    private static final int DIGEST = 8;

    private NetworkObjects() {
    }

    /** The StatefulSet's own Service. */
    static String podsName(MailGateway gateway) {
        return gateway.getMetadata().getName() + "-pods";
    }

    /** {@code gateway-listener}; where that is too long for a Service, or is the pods' Service, it ends with a digest. */
    static String serviceName(MailGateway gateway, String listener) {
        String name = gateway.getMetadata().getName() + "-" + listener;
        if (name.length() <= MAX_SERVICE_NAME && !name.equals(podsName(gateway))) {
            return name;
        }
        String head = name.substring(0, Math.min(name.length(), MAX_SERVICE_NAME - DIGEST - 1)).replaceAll("[^a-z0-9]+$", "");
        return head + "-" + PlanParts.sha256(name).substring(0, DIGEST);
    }

    static Service pods(MailGateway gateway) {
        return new ServiceBuilder()
                .withMetadata(Labels.meta(gateway, podsName(gateway)))
                .withNewSpec()
                .withClusterIP("None")
                .withSelector(Labels.selector(gateway.getMetadata().getName()))
                .withPublishNotReadyAddresses(true)
                .endSpec()
                .build();
    }

    /**
     * The Service of one listener.
     *
     * @param plan    the listener as it is in force, which its resource may not be
     * @param service settings of the Service
     */
    static Service listener(MailGateway gateway, ListenerPlan plan, ListenerSpec.Service service) {
        ObjectMeta meta = Labels.meta(gateway, serviceName(gateway, plan.name()));
        meta.getLabels().put(Labels.LISTENER, plan.name());
        if (!service.annotations.isEmpty()) {
            meta.setAnnotations(new TreeMap<>(service.annotations));
        }
        boolean external = service.type != ListenerSpec.ServiceType.ClusterIP;
        return new ServiceBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withType(service.type.name())
                .withSelector(Labels.selector(gateway.getMetadata().getName()))
                .withPublishNotReadyAddresses(false)
                .withExternalTrafficPolicy(external ? service.externalTrafficPolicy.name() : null)
                .addNewPort()
                .withName("smtp")
                .withProtocol("TCP")
                .withPort(plan.port())
                .withTargetPort(new IntOrString(plan.port()))
                .endPort()
                .endSpec()
                .build();
    }

    static PodDisruptionBudget disruptionBudget(MailGateway gateway) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(Labels.meta(gateway, gateway.getMetadata().getName()))
                .withNewSpec()
                .withMaxUnavailable(new IntOrString(1))
                .withNewSelector().withMatchLabels(Labels.selector(gateway.getMetadata().getName())).endSelector()
                .endSpec()
                .build();
    }
}
