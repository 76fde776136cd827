package dev.postern.cli.tool;

import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;

/** Finds the pods of a gateway. */
public final class GatewayPods {
    /** The container in which a gateway runs. */
    public static final String CONTAINER = "gateway";

    private GatewayPods() {
    }

    /**
     * Names of the pods that run, in order.
     *
     * @param gateway name of the MailGateway; null: the only one of the namespace
     * @param pod     null: all of them
     * @throws ToolException where there are none, or the cluster cannot be asked
     */
    public static List<String> running(KubernetesClient client, String namespace, String gateway, String pod) {
        if (pod != null) {
            return List.of(pod);
        }
        try {
            var labelled = client.pods().inNamespace(namespace).withLabel("app.kubernetes.io/component", "gateway").withLabel(PlanNames.GATEWAY_LABEL);
            List<Pod> found = (gateway == null ? labelled : labelled.withLabel(PlanNames.GATEWAY_LABEL, gateway)).list().getItems();
            List<String> gateways = found.stream().map(p -> p.getMetadata().getLabels().get(PlanNames.GATEWAY_LABEL)).distinct().sorted().toList();
            if (gateways.size() > 1) {
                throw new ToolException("there are several MailGateways with pods in namespace " + namespace + ", " + gateways + "; --gateway chooses one");
            }
            List<String> running = found.stream().filter(p -> p.getStatus() != null && "Running".equals(p.getStatus().getPhase())).map(p -> p.getMetadata().getName()).sorted().toList();
            if (running.isEmpty()) {
                throw new ToolException("no pod of " + (gateway == null ? "a MailGateway" : "MailGateway '" + gateway + "'") + " is running in namespace " + namespace);
            }
            return running;
        } catch (KubernetesClientException e) {
            throw new ToolException("the cluster cannot be asked: " + e.getMessage());
        }
    }
}
