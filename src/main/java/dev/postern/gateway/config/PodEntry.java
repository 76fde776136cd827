package dev.postern.gateway.config;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

/** A pod's own key in a ConfigMap that the operator made for all pods. Each pod applies its own key as its own field manager. */
record PodEntry(KubernetesClient client, String namespace, String map, String pod) {

    /** What the API server has, or null. */
    String read() {
        ConfigMap found = client.configMaps().inNamespace(namespace).withName(map).get();
        return found == null || found.getData() == null ? null : found.getData().get(pod);
    }

    /** @throws KubernetesClientException where the API server is away or will not have it */
    void write(String value) {
        client.configMaps().inNamespace(namespace)
                .resource(new ConfigMapBuilder().withNewMetadata().withNamespace(namespace).withName(map).endMetadata().addToData(pod, value).build())
                .fieldManager("gateway-" + pod).forceConflicts().serverSideApply();
    }
}
