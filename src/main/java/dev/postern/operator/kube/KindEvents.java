package dev.postern.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Joins one kind's controller to the others: it takes their triggers, and tells a consumer of every resource that came, changed
 * its spec, or went. It starts after its controller's informer was synced, and so knows when the cache holds everything.
 */
public final class KindEvents<P extends HasMetadata> extends SimpleInboundEventSource<P> implements ResourceEventAware<P> {
    private final Class<P> kind;
    private final Caches caches;
    private final Consumer<P> changed;
    private final Consumer<P> deleted;
    private final BiPredicate<P, P> touched;

    /**
     * @param touched whether a resource, here before its earlier form, is to be looked at though its spec stayed
     * @param changed also called with the earlier form of a resource that changed
     * @param deleted called after {@code changed}
     */
    public KindEvents(Class<P> kind, Caches caches, Triggers triggers, BiPredicate<P, P> touched, Consumer<P> changed, Consumer<P> deleted) {
        super("triggers");
        this.kind = kind;
        this.caches = caches;
        this.touched = touched;
        this.changed = changed;
        this.deleted = deleted;
        triggers.register(kind, this::propagateEvent);
    }

    @Override
    public void start() {
        super.start();
        caches.synced(kind, true);
    }

    @Override
    public void stop() {
        caches.synced(kind, false);
        super.stop();
    }

    @Override
    public void onResourceCreated(P resource) {
        changed.accept(resource);
    }

    @Override
    public void onResourceUpdated(P resource, P earlier) {
        if (!Objects.equals(resource.getMetadata().getGeneration(), earlier.getMetadata().getGeneration())) {
            changed.accept(earlier);
            changed.accept(resource);
        } else if (touched.test(resource, earlier)) {
            propagateEvent(ResourceID.fromResource(resource));
        }
    }

    @Override
    public void onResourceDeleted(P resource) {
        changed.accept(resource);
        deleted.accept(resource);
    }
}
