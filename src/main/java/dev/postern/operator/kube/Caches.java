package dev.postern.operator.kube;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The informer caches of the five kinds, one each for the whole operator: each kind's controller has one anyway, and what it
 * holds is read here by the others. What comes out of it must not be changed.
 */
@Singleton
public final class Caches {
    private static final Set<Class<?>> KINDS =
            Set.of(MailGateway.class, Listener.class, MailFlowPolicy.class, DestinationControl.class, Certificate.class);
    private static final String BY_GATEWAY = "gateway";

    private final Map<Class<?>, IndexerResourceCache<?>> caches = new ConcurrentHashMap<>();
    private final Set<Class<?>> synced = ConcurrentHashMap.newKeySet();

    /**
     * Takes a cache that has not started.
     *
     * @param gatewayOf the gateway that a resource attaches to
     */
    public <T extends HasMetadata> void add(Class<T> kind, IndexerResourceCache<T> cache, Function<T, String> gatewayOf) {
        cache.addIndexers(Map.of(BY_GATEWAY, resource -> List.of(key(resource.getMetadata().getNamespace(), gatewayOf.apply(resource)))));
        caches.put(kind, cache);
    }

    /** Takes the cache of gateways. */
    public void add(IndexerResourceCache<MailGateway> cache) {
        caches.put(MailGateway.class, cache);
    }

    /** Says that a cache holds what the cluster has, or no longer does. */
    public void synced(Class<?> kind, boolean holds) {
        if (holds) {
            synced.add(kind);
        } else {
            synced.remove(kind);
        }
    }

    /** Whether every kind was listed. Before that, what is absent here may exist all the same. */
    public boolean synced() {
        return synced.containsAll(KINDS);
    }

    /** The resources of one gateway, by name. */
    public <T extends HasMetadata> List<T> attached(Class<T> kind, String namespace, String gateway) {
        return cache(kind).byIndex(BY_GATEWAY, key(namespace, gateway)).stream()
                .sorted(Comparator.comparing((T resource) -> resource.getMetadata().getName()))
                .toList();
    }

    /** All resources of a namespace, by name. */
    public <T extends HasMetadata> List<T> in(Class<T> kind, String namespace) {
        return cache(kind).list(namespace).sorted(Comparator.comparing((T resource) -> resource.getMetadata().getName())).toList();
    }

    public <T extends HasMetadata> Optional<T> get(Class<T> kind, String namespace, String name) {
        return cache(kind).get(new ResourceID(name, namespace));
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> IndexerResourceCache<T> cache(Class<T> kind) {
        IndexerResourceCache<?> cache = caches.get(kind);
        if (cache == null) {
            throw new IllegalStateException("no controller of " + kind.getSimpleName() + " was registered");
        }
        return (IndexerResourceCache<T>) cache;
    }

    private static String key(String namespace, String gateway) {
        return namespace + "/" + gateway;
    }
}
