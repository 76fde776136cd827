package dev.postern.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Specs as the API server hands them out: a null field is an absent one and takes its default. Manifests that never saw an
 * API server, and old objects, come with nulls in any place; after this, only fields without a default are null.
 */
final class Specs {
    private static final ObjectMapper JSON = JsonMapper.builder().serializationInclusion(JsonInclude.Include.NON_NULL)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)   // sources without settings are such
            .build();

    private Specs() {
    }

    /** @return a spec without nulls where there are defaults; an empty list entry is left out, and a problem */
    static <T> T normal(T spec, Class<T> type, Problems.Scope scope) {
        JsonNode tree = spec == null ? JSON.createObjectNode() : JSON.valueToTree(spec);
        if (spec == null) {
            scope.invalid("spec", "is required");
        }
        dropNulls(tree, "spec", scope);
        return JSON.convertValue(tree, type);
    }

    private static void dropNulls(JsonNode node, String path, Problems.Scope scope) {
        if (node.isArray()) {
            int position = 0;
            for (var entries = node.elements(); entries.hasNext(); position++) {
                JsonNode entry = entries.next();
                String entryPath = path + "[" + position + "]";
                if (entry.isNull()) {
                    scope.invalid(entryPath, "is empty; give it a value or remove it");
                    entries.remove();
                } else {
                    dropNulls(entry, entryPath, scope);
                }
            }
        } else if (node instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
            object.properties().forEach(field -> dropNulls(field.getValue(), path + "." + field.getKey(), scope));
        }
    }
}
