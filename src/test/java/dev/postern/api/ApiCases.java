package dev.postern.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The tables of src/test/resources/api: what the API server, {@link Rules} and the manifest reader must take or refuse. */
public final class ApiCases {
    private static final Path FOLDER = Path.of("src/test/resources/api");
    private static final YAMLMapper YAML = new YAMLMapper();

    private ApiCases() {
    }

    /**
     * One object.
     *
     * @param field   empty where the object is good, or where the API server names the whole object
     * @param message part of what is said of a bad object; null where it is good
     * @param rule    whether {@link Rules} says it too
     */
    public record Case(Class<? extends CustomResource<?, ?>> kind, String title, ObjectNode resource, String field, String message, boolean rule) {
        public boolean isGood() {
            return message == null;
        }

        @Override
        public String toString() {
            return kind.getSimpleName() + ": " + title;
        }
    }

    /** A change of one object's spec. {@code message} is null where it is allowed. */
    public record Change(Class<? extends CustomResource<?, ?>> kind, String title, JsonNode from, JsonNode to, String field, String message) {
        @Override
        public String toString() {
            return kind.getSimpleName() + ": " + title;
        }
    }

    /** All objects of the tables, the full ones first. */
    public static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (var kind : CrdFiles.KINDS) {
            JsonNode table = table(kind);
            cases.add(new Case(kind, "with every field", resource(kind, "full", table.get("full")), "", null, false));
            for (JsonNode row : rows(table, "good", "bad")) {
                cases.add(new Case(kind, row.get("case").asText(), resource(kind, row.path("name").asText("a"), row.get("spec")),
                        row.path("field").asText(), row.path("message").asText(null), row.path("rule").asBoolean()));
            }
        }
        return cases;
    }

    static List<Change> changes() {
        return CrdFiles.KINDS.stream().flatMap(kind -> rows(table(kind), "changes").stream().map(row -> new Change(kind, row.get("case").asText(),
                row.get("from"), row.get("to"), row.path("field").asText(), row.path("message").asText(null)))).toList();
    }

    /** An object of a kind. */
    public static ObjectNode resource(Class<? extends CustomResource<?, ?>> kind, String name, JsonNode spec) {
        ObjectNode resource = YAML.createObjectNode().put("apiVersion", Api.GROUP + "/" + Api.VERSION).put("kind", kind.getSimpleName());
        resource.putObject("metadata").put("name", name);
        return resource.set("spec", spec.deepCopy());
    }

    private static List<JsonNode> rows(JsonNode table, String... parts) {
        return Stream.of(parts).flatMap(part -> StreamSupport.stream(table.path(part).spliterator(), false)).toList();
    }

    private static JsonNode table(Class<?> kind) {
        try {
            return YAML.readTree(Files.readString(FOLDER.resolve(kind.getSimpleName() + ".yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
