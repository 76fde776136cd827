package dev.postern.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The schemas of the kinds that manifests may have. Those of Postern's kinds are taken from the CRDs, made strict: where the
 * API server prunes or warns of an unknown field, it is an error here.
 */
final class Schemas {
    private static final List<Class<? extends CustomResource<?, ?>>> CUSTOM =
            List.of(MailGateway.class, Listener.class, MailFlowPolicy.class, DestinationControl.class, Certificate.class);

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    /**
     * A kind of resource.
     *
     * @param schema    what {@code compiled} was made of, with the patterns as the CRD has them
     * @param sensitive whether values must not be printed
     */
    record Kind(String apiVersion, Class<? extends HasMetadata> type, ObjectNode schema, JsonSchema compiled, boolean sensitive) {
    }

    Schemas() {
        JsonNode core = read("/dev/postern/manifest/core.yaml");
        for (Class<? extends CustomResource<?, ?>> type : CUSTOM) {
            JsonNode version = read("/crds/" + CustomResource.getCRDName(type) + ".yaml").at("/spec/versions/0");
            ObjectNode schema = version.at("/schema/openAPIV3Schema").deepCopy();
            // The API server ignores what a manifest says of status; the reader drops it.
            ((ObjectNode) schema.get("properties")).remove("status");
            add(type, HasMetadata.getApiVersion(type), schema, core.get("metadata"), false);
        }
        for (String field : List.of("data", "stringData")) {
            ((ObjectNode) core.at("/Secret/properties")).set(field, core.get("data"));
        }
        for (String field : List.of("data", "binaryData")) {
            ((ObjectNode) core.at("/ConfigMap/properties")).set(field, core.get("data"));
        }
        add(Secret.class, "v1", (ObjectNode) core.get("Secret"), core.get("metadata"), true);
        add(ConfigMap.class, "v1", (ObjectNode) core.get("ConfigMap"), core.get("metadata"), false);
    }

    /** The kind, or null where it is none that manifests may have. */
    Kind find(String apiVersion, String kind) {
        Kind found = kinds.get(kind);
        return found == null || !found.apiVersion().equals(apiVersion) ? null : found;
    }

    /** For messages: every kind with its apiVersion. */
    String known() {
        Map<String, StringBuilder> byVersion = new LinkedHashMap<>();
        kinds.forEach((name, kind) -> byVersion.computeIfAbsent(kind.apiVersion(), v -> new StringBuilder()).append(' ').append(name).append(','));
        StringBuilder text = new StringBuilder();
        byVersion.forEach((version, names) -> text.append(text.isEmpty() ? "" : "; ").append("of ").append(version)
                .append(names, 0, names.length() - 1));
        return text.append(", List").toString();
    }

    private void add(Class<? extends HasMetadata> type, String apiVersion, ObjectNode schema, JsonNode metadata, boolean sensitive) {
        ObjectNode properties = (ObjectNode) schema.get("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.set("metadata", metadata);
        if (!schema.has("required")) {
            schema.putArray("required");
        }
        ((ArrayNode) schema.get("required")).add("metadata");
        strict(schema);
        ObjectNode exact = schema.deepCopy();
        exactEnds(exact);
        JsonSchema compiled = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(exact);
        kinds.put(HasMetadata.getKind(type), new Kind(apiVersion, type, schema, compiled, sensitive));
    }

    private static void strict(JsonNode node) {
        if (!(node instanceof ObjectNode schema)) {
            return;
        }
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            schema.remove("anyOf");
            schema.putArray("type").add("integer").add("string");
        }
        // Kubernetes' own keywords are no JSON schema.
        schema.properties().removeIf(keyword -> keyword.getKey().startsWith("x-kubernetes-"));
        JsonNode properties = schema.get("properties");
        if (properties != null) {
            if (!schema.has("additionalProperties")) {
                schema.put("additionalProperties", false);
            }
            properties.forEach(Schemas::strict);
        }
        if (schema.has("items")) {
            strict(schema.get("items"));
        }
        if (schema.path("additionalProperties").isObject()) {
            strict(schema.get("additionalProperties"));
        }
    }

    /** In Java, unlike in RE2, $ matches before a line break at the end, too. */
    private static void exactEnds(JsonNode node) {
        if (node instanceof ObjectNode schema && schema.path("pattern").isTextual()) {
            schema.put("pattern", schema.get("pattern").asText().replaceFirst("\\$$", "\\\\z"));
        }
        node.forEach(Schemas::exactEnds);
    }

    private static JsonNode read(String resource) {
        try (InputStream in = Schemas.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its resource " + resource);
            }
            return new YAMLMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
