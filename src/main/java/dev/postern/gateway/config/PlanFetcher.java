package dev.postern.gateway.config;

import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Gets what an index names, and only what it does not have yet. Used by one thread. */
final class PlanFetcher {
    private final KubernetesClient client;
    private final String namespace;
    private final String gateway;
    private final Map<String, Part> parts = new HashMap<>();
    private Map<String, String> keys = Map.of();
    /** Digest of the part that has the certificates, at the time when the keys were read. */
    private String keysFor;

    PlanFetcher(KubernetesClient client, String namespace, String gateway) {
        this.client = client;
        this.namespace = namespace;
        this.gateway = gateway;
    }

    /**
     * @param keysToo whether to read the keys even where the certificates did not change
     * @throws KubernetesClientException when the API server cannot be asked or refuses
     */
    PlanSource.Written fetch(PlanParts.Index index, boolean keysToo) throws InterruptedException {
        // One connection carries them all; virtual threads, as the client's calls wait.
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<String, Future<Part>> wanted = new HashMap<>();
            for (String name : PlanParts.names()) {
                Part have = parts.get(name);
                if (have == null || !have.digest.equals(index.digests().get(name))) {
                    wanted.put(name, executor.submit(() -> part(name)));
                }
            }
            String core = index.digests().get(PlanParts.CORE);
            Future<Map<String, String>> secret = keysToo || core == null || !core.equals(keysFor) ? executor.submit(this::keys) : null;
            for (var entry : wanted.entrySet()) {
                Part part = result(entry.getValue());
                if (part == null) {
                    parts.remove(entry.getKey());
                } else {
                    parts.put(entry.getKey(), part);
                }
            }
            if (secret != null) {
                keys = result(secret);
                keysFor = core;
            }
        }
        Map<String, String> json = new HashMap<>();
        parts.forEach((name, part) -> json.put(name, part.json));
        return new PlanSource.Written(new PlanParts(index, json), keys);
    }

    /** For who may not read the keys. */
    PlanSource.Written fetchWithoutKeys(PlanParts.Index index) throws InterruptedException {
        keysFor = index.digests().get(PlanParts.CORE);
        keys = Map.of();
        return fetch(index, false);
    }

    /** Whether every part that was fetched last is the one that the index names. */
    boolean isWhole(PlanParts.Index index) {
        return PlanParts.names().stream().allMatch(name -> parts.containsKey(name) && parts.get(name).digest.equals(index.digests().get(name)));
    }

    private Part part(String name) {
        ConfigMap map = client.configMaps().inNamespace(namespace).withName(PlanNames.part(gateway, name)).get();
        String json = map == null || map.getData() == null ? null : map.getData().get(name + PlanNames.PART_SUFFIX);
        return json == null ? null : new Part(json, PlanParts.sha256(json));
    }

    private Map<String, String> keys() {
        Secret secret = client.secrets().inNamespace(namespace).withName(PlanNames.keys(gateway)).get();
        Map<String, String> found = new HashMap<>();
        if (secret != null && secret.getData() != null) {
            secret.getData().forEach((key, value) -> {
                if (key.endsWith(PlanNames.KEY_SUFFIX)) {
                    found.put(key.substring(0, key.length() - PlanNames.KEY_SUFFIX.length()),
                            new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8));
                }
            });
        }
        return found;
    }

    private static <T> T result(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    private record Part(String json, String digest) {
    }
}
