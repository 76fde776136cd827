package dev.postern.operator.kube;

import dev.postern.api.Certificate;
import dev.postern.api.Listener;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Asks the controller of another kind to look at one of its resources; many requests for one resource become one look. */
@Singleton
public final class Triggers {
    private final Map<Class<?>, Consumer<ResourceID>> controllers = new ConcurrentHashMap<>();

    void register(Class<?> kind, Consumer<ResourceID> controller) {
        controllers.put(kind, controller);
    }

    /** Nothing happens where the controller has not started: it looks at everything when it starts. */
    public void trigger(Class<?> kind, String namespace, String name) {
        Consumer<ResourceID> controller = controllers.get(kind);
        if (controller != null) {
            controller.accept(new ResourceID(name, namespace));
        }
    }

    /** The Certificates that a Listener names. */
    public void triggerCertificates(Listener listener) {
        if (listener.getSpec().certificateRefs != null) {
            listener.getSpec().certificateRefs.forEach(ref -> trigger(Certificate.class, listener.getMetadata().getNamespace(), ref.name));
        }
    }
}
