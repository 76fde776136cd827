package dev.postern.plan;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** One resource at one generation; enough to point an event at it. */
public record ResourceRef(String kind, String namespace, String name, String uid, long generation) {
    public static ResourceRef of(HasMetadata resource) {
        var meta = resource.getMetadata();
        long generation = meta.getGeneration() == null ? 0 : meta.getGeneration();
        return new ResourceRef(resource.getKind(), meta.getNamespace(), meta.getName(), meta.getUid() == null ? "" : meta.getUid(), generation);
    }

    /** Kind and name, which together are unique in a gateway's namespace: {@code Listener/public}. */
    public String id() {
        return kind + "/" + name;
    }
}
