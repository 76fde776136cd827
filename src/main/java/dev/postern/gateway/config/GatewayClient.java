package dev.postern.gateway.config;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Makes the gateway's client: one that fails soon and leaves retries to us, as the library's own waits grow to half a minute. */
public final class GatewayClient {
    private static final int TIMEOUT_MILLIS = 5_000;

    private GatewayClient() {
    }

    /** @param config where the API server is and who we are; {@code Config.autoConfigure(null)} in a pod */
    public static KubernetesClient create(Config config) {
        return new KubernetesClientBuilder().withConfig(new ConfigBuilder(config)
                .withConnectionTimeout(TIMEOUT_MILLIS)
                .withRequestTimeout(TIMEOUT_MILLIS)
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectLimit(0)
                .build()).build();
    }
}
