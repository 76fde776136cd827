package dev.postern.manifest;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a folder's manifests say. Resources are in the order of files and of documents in them; one with an error is not among
 * them, so whoever takes them over looks at {@link #errors} first.
 */
public final class Manifests {
    private final List<HasMetadata> resources;
    private final List<ManifestError> errors;
    private final Map<String, Source> sources;

    Manifests(List<HasMetadata> resources, List<ManifestError> errors, Map<String, Source> sources) {
        this.resources = List.copyOf(resources);
        this.errors = errors.stream().sorted(Comparator.comparing(ManifestError::file).thenComparing(ManifestError::line).thenComparing(ManifestError::field)).toList();
        this.sources = Map.copyOf(sources);
    }

    /**
     * Where a resource stands.
     *
     * @param lines  of all fields of the document
     * @param prefix path of the resource in the document
     * @param sound  whether the document's YAML is without fault
     */
    record Source(Path file, Map<String, Integer> lines, String prefix, boolean sound) {
        /** The line of a field of the resource, or of the nearest that is there and holds it. */
        int line(String field) {
            String path = prefix.isEmpty() || field.isEmpty() ? prefix + field : prefix + (field.startsWith("[") ? "" : ".") + field;
            while (!lines.containsKey(path) && !path.equals(prefix)) {
                path = FieldPath.parent(path);
            }
            return lines.get(path);
        }
    }

    public List<MailGateway> gateways() {
        return all(MailGateway.class);
    }

    public List<Listener> listeners() {
        return all(Listener.class);
    }

    public List<MailFlowPolicy> policies() {
        return all(MailFlowPolicy.class);
    }

    public List<DestinationControl> destinations() {
        return all(DestinationControl.class);
    }

    public List<Certificate> certificates() {
        return all(Certificate.class);
    }

    /** As an API server gives them: what {@code stringData} said is in {@code data}, in Base64. */
    public List<Secret> secrets() {
        return all(Secret.class);
    }

    public List<ConfigMap> configMaps() {
        return all(ConfigMap.class);
    }

    /** By file and line; empty when every manifest can be taken over. */
    public List<ManifestError> errors() {
        return errors;
    }

    /**
     * Where a field of a resource stands: the field itself, or the nearest that is there and holds it.
     *
     * @param field a path such as {@code spec.hostAccess[0].senders[2]}
     * @return empty where no manifest has the resource
     */
    public Optional<Location> locate(String kind, String namespace, String name, String field) {
        return Optional.ofNullable(sources.get(id(kind, namespace, name))).map(source -> new Location(source.file(), source.line(field)));
    }

    /** As {@link #locate(String, String, String, String)}. */
    public Optional<Location> locate(ResourceRef resource, String field) {
        return locate(resource.kind(), resource.namespace(), resource.name(), field);
    }

    static String id(String kind, String namespace, String name) {
        return kind + "/" + namespace + "/" + name;
    }

    private <T extends HasMetadata> List<T> all(Class<T> type) {
        return resources.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
