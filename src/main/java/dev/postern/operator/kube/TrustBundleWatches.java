package dev.postern.operator.kube;

import dev.postern.api.MailGateway;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The ConfigMaps that trust bundles are in. They are anybody's and have no label, and watching every ConfigMap of the cluster for
 * the few that are meant would be dear: each one that is named is watched by its name. Their number is bounded; those beyond are
 * read each time and their changes seen when the gateway is next looked at.
 */
@Singleton
public final class TrustBundleWatches {
    static final int MAX_WATCHES = 200;
    private static final Logger LOG = Logger.getLogger(TrustBundleWatches.class);

    private final KubernetesClient client;
    private final Triggers triggers;
    private final Map<ResourceID, Followed> followed = new HashMap<>();

    private record Followed(SharedIndexInformer<ConfigMap> informer, Set<ResourceID> gateways) {
    }

    public TrustBundleWatches(KubernetesClient client, Triggers triggers) {
        this.client = client;
        this.triggers = triggers;
    }

    /** The ConfigMap; from now on the gateway is triggered when it changes. */
    public Optional<ConfigMap> get(ResourceID gateway, String name) {
        var id = new ResourceID(name, gateway.getNamespace().orElseThrow());
        Followed watch;
        synchronized (this) {
            watch = followed.get(id);
            if (watch != null) {
                watch.gateways().add(gateway);
            } else if (followed.size() < MAX_WATCHES) {
                watch = follow(id, gateway);
            }
        }
        if (watch == null || !watch.informer().hasSynced()) {
            return Optional.ofNullable(client.configMaps().inNamespace(id.getNamespace().orElseThrow()).withName(name).get());
        }
        return watch.informer().getStore().list().stream().findFirst();
    }

    /** Ends the watches that a gateway no longer needs. */
    public synchronized void keep(ResourceID gateway, Set<String> names) {
        for (ResourceID id : Set.copyOf(followed.keySet())) {
            boolean needed = id.getNamespace().equals(gateway.getNamespace()) && names.contains(id.getName());
            Followed watch = followed.get(id);
            if (!needed && watch.gateways().remove(gateway) && watch.gateways().isEmpty()) {
                followed.remove(id);
                watch.informer().stop();
            }
        }
    }

    public synchronized void stop() {
        followed.values().forEach(watch -> watch.informer().stop());
        followed.clear();
    }

    synchronized int watches() {
        return followed.size();
    }

    private Followed follow(ResourceID id, ResourceID gateway) {
        SharedIndexInformer<ConfigMap> informer = client.configMaps().inNamespace(id.getNamespace().orElseThrow()).withName(id.getName()).runnableInformer(0);
        var watch = new Followed(informer, new HashSet<>(Set.of(gateway)));
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap object) {
                changed(id);
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap now) {
                changed(id);
            }

            @Override
            public void onDelete(ConfigMap object, boolean unknown) {
                changed(id);
            }
        });
        informer.exceptionHandler((started, e) -> true);
        informer.start().whenComplete((done, e) -> {
            if (e != null) {
                LOG.warnf("ConfigMap %s cannot be watched: %s", id, e.getMessage());
            }
        });
        followed.put(id, watch);
        return watch;
    }

    private void changed(ResourceID id) {
        Set<ResourceID> gateways;
        synchronized (this) {
            Followed watch = followed.get(id);
            gateways = watch == null ? Set.of() : Set.copyOf(watch.gateways());
        }
        gateways.forEach(gateway -> triggers.trigger(MailGateway.class, gateway.getNamespace().orElseThrow(), gateway.getName()));
    }
}
