package dev.postern.gateway.config;

import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** The plan that the operator wrote, read once: for people who look, not for pods that serve. */
public final class WrittenPlan {
    private static final int FORBIDDEN = 403;

    private WrittenPlan() {
    }

    /** Names of the gateways of a namespace that have a plan. */
    public static List<String> gateways(KubernetesClient client, String namespace) {
        return client.configMaps().inNamespace(namespace).withLabel(PlanNames.GATEWAY_LABEL).list().getItems().stream()
                .filter(map -> map.getData() != null && map.getData().containsKey(PlanNames.INDEX_KEY))
                .map(map -> map.getMetadata().getLabels().get(PlanNames.GATEWAY_LABEL)).distinct().sorted().toList();
    }

    /**
     * The plan of a gateway; without its keys where who asks may not read them.
     *
     * @return empty where there is none
     * @throws KubernetesClientException where the API server cannot be asked
     * @throws IllegalArgumentException  where what is written is no plan
     */
    public static Optional<PlanSource.Written> read(KubernetesClient client, String namespace, String gateway) throws InterruptedException {
        ConfigMap map = client.configMaps().inNamespace(namespace).withName(PlanNames.index(gateway)).get();
        String json = map == null || map.getData() == null ? null : map.getData().get(PlanNames.INDEX_KEY);
        if (json == null) {
            return Optional.empty();
        }
        PlanParts.Index index = PlanParts.Index.parse(json);
        PlanFetcher fetcher = new PlanFetcher(client, namespace, gateway);
        try {
            return Optional.of(fetcher.fetch(index, true));
        } catch (KubernetesClientException e) {
            if (e.getCode() != FORBIDDEN) {
                throw e;
            }
            return Optional.of(fetcher.fetchWithoutKeys(index));
        }
    }
}
