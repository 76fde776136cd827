package dev.postern.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.Rules;
import dev.postern.manifest.Manifests.Source;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** From texts to {@link Manifests}: a pure function. */
final class ManifestParser {
    /** What only an API server writes; it may be there, so that the output of {@code kubectl get -o yaml} can be read. */
    private static final List<String> SERVERS_OWN = List.of("uid", "resourceVersion", "selfLink", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "managedFields", "ownerReferences", "finalizers");
    private final Schemas schemas = new Schemas();
    private final ObjectMapper mapper = new ObjectMapper();
    private final String namespace;

    ManifestParser(String namespace) {
        this.namespace = namespace;
    }

    Manifests parse(Map<Path, String> contents, List<ManifestError> earlier) {
        Run run = new Run();
        run.errors.addAll(earlier);
        contents.forEach(run::file);
        return new Manifests(run.resources, run.errors, run.sources);
    }

    /** What one call gathers. */
    private final class Run {
        private final List<HasMetadata> resources = new ArrayList<>();
        private final List<ManifestError> errors = new ArrayList<>();
        private final Map<String, Source> sources = new HashMap<>();

        private void file(Path file, String text) {
            YamlText.Parsed parsed = YamlText.parse(text);
            for (YamlText.Fault fault : parsed.faults()) {
                errors.add(new ManifestError(file, fault.line(), fault.field(), fault.message()));
            }
            for (YamlText.Document document : parsed.documents()) {
                if (!document.root().isNull()) {
                    node(document.root(), new Source(file, document.lines(), "", document.sound()));
                }
            }
        }

        private void node(JsonNode node, Source source) {
            if (!(node instanceof ObjectNode object)) {
                error(source, "", "is no resource; a resource is a mapping with apiVersion, kind and metadata");
                return;
            }
            for (String field : List.of("apiVersion", "kind")) {
                if (!object.path(field).isTextual()) {
                    error(source, field, "is required: a text");
                    return;
                }
            }
            String apiVersion = object.get("apiVersion").asText();
            String kind = object.get("kind").asText();
            if (apiVersion.equals("v1") && kind.equals("List")) {
                list(object, source);
                return;
            }
            Schemas.Kind found = schemas.find(apiVersion, kind);
            if (found == null) {
                error(source, "kind", "'" + kind + "' of apiVersion '" + apiVersion + "' is not known; known are " + schemas.known());
                return;
            }
            resource(found, object, source);
        }

        private void list(ObjectNode list, Source source) {
            JsonNode items = list.path("items");
            if (!items.isArray()) {
                error(source, "items", "is required: the list of resources");
                return;
            }
            for (int i = 0; i < items.size(); i++) {
                String prefix = FieldPath.item(FieldPath.key(source.prefix(), "items"), i);
                node(items.get(i), new Source(source.file(), source.lines(), prefix, source.sound()));
            }
        }

        private void resource(Schemas.Kind kind, ObjectNode object, Source source) {
            object.remove("status");
            if (object.path("metadata") instanceof ObjectNode metadata) {
                metadata.remove(SERVERS_OWN);
            }
            dropNulls(object);
            int before = errors.size();
            SchemaCheck.check(kind, object).forEach(violation -> error(source, violation.field(), violation.message()));
            if (kind.sensitive() && errors.size() == before) {
                secretData(object, source);
            }
            JsonNode metadata = object.path("metadata");
            if (metadata.path("name").isTextual() && (!metadata.has("namespace") || metadata.get("namespace").isTextual())) {
                String id = Manifests.id(object.get("kind").asText(), metadata.path("namespace").asText(namespace), metadata.get("name").asText());
                Source first = sources.putIfAbsent(id, source);
                if (first != null) {
                    error(source, "metadata.name", id + " is already in " + new Location(first.file(), first.line("metadata.name")));
                }
            }
            if (errors.size() == before && source.sound()) {
                HasMetadata resource = typed(kind, object);
                Rules.check(resource).forEach(violation -> error(source, violation.field(), violation.message()));
                if (errors.size() == before) {
                    resources.add(resource);
                }
            }
        }

        /** Brings a Secret into the form that an API server gives: no stringData, and only Base64 in data. */
        private void secretData(ObjectNode secret, Source source) {
            ObjectNode data = secret.withObject("/data");
            data.properties().forEach(entry -> {
                try {
                    Base64.getDecoder().decode(entry.getValue().asText().replaceAll("[\r\n]", ""));
                } catch (IllegalArgumentException e) {
                    error(source, FieldPath.key("data", entry.getKey()), "is not Base64; plain text goes into stringData");
                }
            });
            if (secret.remove("stringData") instanceof ObjectNode strings) {
                strings.properties().forEach(entry ->
                        data.put(entry.getKey(), Base64.getEncoder().encodeToString(entry.getValue().asText().getBytes(StandardCharsets.UTF_8))));
            }
            if (!secret.has("type")) {
                secret.put("type", "Opaque");
            }
        }

        private void error(Source source, String field, String message) {
            errors.add(new ManifestError(source.file(), source.line(field), field, message));
        }
    }

    private HasMetadata typed(Schemas.Kind kind, ObjectNode object) {
        try {
            HasMetadata resource = mapper.treeToValue(object, kind.type());
            ObjectMeta metadata = resource.getMetadata();
            if (metadata.getNamespace() == null) {
                metadata.setNamespace(namespace);
            }
            if (metadata.getGeneration() == null) {
                metadata.setGeneration(1L);
            }
            String id = Manifests.id(resource.getKind(), metadata.getNamespace(), metadata.getName());
            metadata.setUid(UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString());
            return resource;
        } catch (JsonProcessingException e) {
            // Jackson's message may quote the value, so it is not passed on.
            throw new IllegalStateException("the schema of " + kind.type().getSimpleName() + " lets through what its type does not take");
        }
    }

    /** As the API server does: a field that is null counts as absent. */
    private static void dropNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(property -> property.getValue().isNull());
        }
        node.forEach(ManifestParser::dropNulls);
    }
}
