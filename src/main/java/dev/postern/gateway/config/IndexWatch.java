package dev.postern.gateway.config;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;

/** One list and watch of one ConfigMap; when it has ended, a new one is made. */
final class IndexWatch implements AutoCloseable {
    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final Runnable wake;
    private final Watch watch;
    private volatile ConfigMap latest;
    private volatile boolean ended;

    /**
     * Lists, then watches from there: nothing in between is missed.
     *
     * @param wake called after every change and at the end, by threads of the client; must not block
     */
    IndexWatch(KubernetesClient client, String namespace, String name, Runnable wake) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.wake = wake;
        ConfigMapList list = one().list();
        latest = first(list);
        watch = one().watch(new ListOptionsBuilder().withResourceVersion(list.getMetadata().getResourceVersion()).build(), new Events());
    }

    /** The ConfigMap as last seen, or null where there is none. */
    ConfigMap latest() {
        return latest;
    }

    /** Whether the watch is over: closed by the API server, gone (410), or broken. */
    boolean ended() {
        return ended;
    }

    /** Asks the API server. A watch over a connection that died without a word looks alive; this tells. */
    boolean isCurrent() {
        ConfigMap seen = latest;
        ConfigMap now = first(one().list());
        return version(now).equals(version(seen)) || version(now).equals(version(latest));
    }

    @Override
    public void close() {
        watch.close();
    }

    private FilterWatchListDeletable<ConfigMap, ConfigMapList, Resource<ConfigMap>> one() {
        return client.configMaps().inNamespace(namespace).withField("metadata.name", name);
    }

    private static ConfigMap first(ConfigMapList list) {
        return list.getItems().isEmpty() ? null : list.getItems().getFirst();
    }

    private static String version(ConfigMap map) {
        return map == null ? "" : map.getMetadata().getResourceVersion();
    }

    private final class Events implements Watcher<ConfigMap> {
        @Override
        public void eventReceived(Action action, ConfigMap map) {
            switch (action) {
                case ADDED, MODIFIED -> latest = map;
                case DELETED -> latest = null;
                case ERROR -> ended = true;
                case BOOKMARK -> {
                    return;
                }
            }
            wake.run();
        }

        @Override
        public void onClose(WatcherException cause) {
            ended = true;
            wake.run();
        }

        @Override
        public void onClose() {
            ended = true;
            wake.run();
        }
    }
}
