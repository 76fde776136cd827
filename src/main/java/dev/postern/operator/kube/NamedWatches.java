package dev.postern.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;

/**
 * Objects that resources name: trust bundles, Secrets, signing requests. They are anybody's and have no label, and to watch all of
 * a cluster's for the few that are meant would be dear, and would take rights that nobody needs to give: each one that is
 * named is watched by its name, once however many name it. The number of watches is bounded; what is beyond is read whenever its
 * holder is looked at, which {@link #RELOOK} is the time for.
 */
@Singleton
public final class NamedWatches {
    /** How soon a holder should be looked at again that has an object without a watch. */
    public static final Duration RELOOK = Duration.ofMinutes(1);
    static final int MAX_WATCHES = 500;
    private static final Logger LOG = Logger.getLogger(NamedWatches.class);

    private final KubernetesClient client;
    private final Triggers triggers;
    private final int max;
    private final Map<Name<?>, Followed<?>> followed = new HashMap<>();
    private final Map<Holder, Set<Name<?>>> held = new HashMap<>();
    private int watches;

    /**
     * A type of object.
     *
     * @param kind for messages
     * @param at   where an object is; the ID has no namespace where the type has none
     */
    public record Type<T extends HasMetadata>(String kind, BiFunction<KubernetesClient, ResourceID, Resource<T>> at) {
    }

    /** One object, whether it exists or not. */
    public record Name<T extends HasMetadata>(Type<T> type, ResourceID id) {
        public Name(Type<T> type, String namespace, String name) {
            this(type, new ResourceID(name, namespace));
        }

        @Override
        public String toString() {
            return type.kind() + " " + id.getNamespace().map(namespace -> namespace + "/").orElse("") + id.getName();
        }
    }

    /** Who is looked at when an object changes. */
    public record Holder(Class<? extends HasMetadata> kind, ResourceID id) {
        public static Holder of(HasMetadata resource) {
            return new Holder(resource.getClass(), ResourceID.fromResource(resource));
        }
    }

    /** An object that someone named; without an informer where there are too many. */
    private static final class Followed<T extends HasMetadata> {
        private final Set<Holder> holders = new HashSet<>();
        private volatile SharedIndexInformer<T> informer;
        private volatile Optional<T> read;
    }

    @Inject
    public NamedWatches(KubernetesClient client, Triggers triggers) {
        this(client, triggers, MAX_WATCHES);
    }

    NamedWatches(KubernetesClient client, Triggers triggers, int max) {
        this.client = client;
        this.triggers = triggers;
        this.max = max;
    }

    /** The object; from now on the holder is triggered when it changes. */
    public <T extends HasMetadata> Optional<T> get(Holder holder, Name<T> name) {
        Followed<T> object = follow(holder, name);
        if (object.informer != null && object.informer.hasSynced()) {
            return object.informer.getStore().list().stream().findFirst();
        }
        Optional<T> read = read(name);
        object.read = read;
        return read;
    }

    /** The object as its holders last knew it, and as it is where it has none; nobody is triggered. */
    public <T extends HasMetadata> Optional<T> peek(Name<T> name) {
        Followed<T> object;
        synchronized (this) {
            object = find(name);
        }
        if (object == null) {
            return read(name);
        }
        if (object.informer != null && object.informer.hasSynced()) {
            return object.informer.getStore().list().stream().findFirst();
        }
        Optional<T> read = object.read;
        return read == null ? read(name) : read;
    }

    /** Ends the watches that a holder no longer needs. */
    public synchronized void keep(Holder holder, Set<? extends Name<?>> names) {
        Set<Name<?>> mine = held.getOrDefault(holder, Set.of());
        for (Name<?> name : Set.copyOf(mine)) {
            if (!names.contains(name)) {
                mine.remove(name);
                leave(holder, name);
            }
        }
        if (mine.isEmpty()) {
            held.remove(holder);
        }
    }

    /** Whether the holder is triggered by changes of all that it named. */
    public synchronized boolean watchesAll(Holder holder) {
        return held.getOrDefault(holder, Set.of()).stream().allMatch(name -> followed.get(name).informer != null);
    }

    public synchronized void stop() {
        followed.values().stream().filter(object -> object.informer != null).forEach(object -> object.informer.stop());
        followed.clear();
        held.clear();
        watches = 0;
    }

    synchronized int watches() {
        return watches;
    }

    private synchronized <T extends HasMetadata> Followed<T> follow(Holder holder, Name<T> name) {
        Followed<T> object = find(name);
        if (object == null) {
            object = new Followed<>();
            followed.put(name, object);
        }
        if (object.informer == null && watches < max) {
            object.informer = watch(name);
            watches++;
        }
        object.holders.add(holder);
        held.computeIfAbsent(holder, h -> new HashSet<>()).add(name);
        return object;
    }

    private void leave(Holder holder, Name<?> name) {
        Followed<?> object = followed.get(name);
        object.holders.remove(holder);
        if (object.holders.isEmpty()) {
            followed.remove(name);
            if (object.informer != null) {
                object.informer.stop();
                watches--;
            }
        }
    }

    @SuppressWarnings("unchecked")
    private <T extends HasMetadata> Followed<T> find(Name<T> name) {
        return (Followed<T>) followed.get(name);
    }

    private <T extends HasMetadata> Optional<T> read(Name<T> name) {
        return Optional.ofNullable(name.type().at().apply(client, name.id()).get());
    }

    private <T extends HasMetadata> SharedIndexInformer<T> watch(Name<T> name) {
        SharedIndexInformer<T> informer = name.type().at().apply(client, name.id()).runnableInformer(0);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                changed(name);
            }

            @Override
            public void onUpdate(T before, T now) {
                changed(name);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                changed(name);
            }
        });
        informer.exceptionHandler((started, e) -> true);
        informer.start().whenComplete((done, e) -> {
            if (e != null) {
                LOG.warnf("%s cannot be watched: %s", name, e.getMessage());
            }
        });
        return informer;
    }

    private void changed(Name<?> name) {
        Set<Holder> holders;
        synchronized (this) {
            Followed<?> object = followed.get(name);
            holders = object == null ? Set.of() : Set.copyOf(object.holders);
        }
        holders.forEach(holder -> triggers.trigger(holder.kind(), holder.id().getNamespace().orElseThrow(), holder.id().getName()));
    }
}
