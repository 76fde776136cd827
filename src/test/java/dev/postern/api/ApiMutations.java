package dev.postern.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.ApiCases.Case;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Breaks the full object of each table in every way that its schema forbids: one bad object for each bound of each field. */
public final class ApiMutations {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private final List<Case> cases = new ArrayList<>();
    private final Case full;

    private ApiMutations(Case full) {
        this.full = full;
    }

    /** Bad objects; {@code message} is only the keyword that forbids them. */
    public static List<Case> cases() {
        List<CustomResourceDefinition> crds = List.copyOf(CrdFiles.generate().values());
        return ApiCases.cases().stream().filter(c -> c.title().equals("with every field")).flatMap(c -> {
            ApiMutations mutations = new ApiMutations(c);
            JSONSchemaProps root = crds.stream().filter(crd -> crd.getSpec().getNames().getKind().equals(c.kind().getSimpleName())).findFirst()
                    .orElseThrow().getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
            mutations.object("/spec", "spec", root.getProperties().get("spec"));
            return mutations.cases.stream();
        }).toList();
    }

    private void object(String pointer, String path, JSONSchemaProps schema) {
        schema.getProperties().forEach((name, field) -> {
            String below = pointer + "/" + name;
            if (full.resource().at(below).isMissingNode()) {
                return;
            }
            value(below, path + "." + name, field);
            if (schema.getRequired() != null && schema.getRequired().contains(name)) {
                add(path + "." + name, "required", resource -> ((ObjectNode) resource.at(pointer)).remove(name));
            }
        });
        add(path + ".bogus", "unknown", resource -> ((ObjectNode) resource.at(pointer)).put("bogus", 1));
    }

    private void value(String pointer, String path, JSONSchemaProps schema) {
        replace(pointer, path, "type", "boolean".equals(schema.getType()) ? JSON.textNode("yes") : JSON.booleanNode(true));
        if (schema.getMinimum() != null) {
            replace(pointer, path, "minimum", JSON.numberNode(schema.getMinimum().longValue() - 1));
        }
        if (schema.getMaximum() != null) {
            replace(pointer, path, "maximum", JSON.numberNode(schema.getMaximum().longValue() + 1));
        }
        if (schema.getMaxLength() != null) {
            replace(pointer, path, "maxLength", JSON.textNode("1".repeat(schema.getMaxLength().intValue() + 1)));
        }
        if (schema.getMinLength() != null) {
            replace(pointer, path, "minLength", JSON.textNode(""));
        }
        if (schema.getPattern() != null) {
            replace(pointer, path, "pattern", JSON.textNode("\u00e4 \n"));
        }
        if (schema.getEnum() != null && !schema.getEnum().isEmpty()) {
            replace(pointer, path, "enum", JSON.textNode("Bogus"));
        }
        if (schema.getItems() != null) {
            list(pointer, path, schema);
        } else if (schema.getProperties() != null && !schema.getProperties().isEmpty()) {
            object(pointer, path, schema);
        }
    }

    private void list(String pointer, String path, JSONSchemaProps schema) {
        if (schema.getMinItems() != null) {
            replace(pointer, path, "minItems", JSON.arrayNode());
        }
        if (schema.getMaxItems() != null) {
            add(path, "maxItems", resource -> {
                ArrayNode items = (ArrayNode) resource.at(pointer);
                while (items.size() <= schema.getMaxItems()) {
                    items.add(items.get(0).deepCopy());
                }
            });
        }
        value(pointer + "/0", path + "[0]", schema.getItems().getSchema());
    }

    private void replace(String pointer, String path, String keyword, JsonNode value) {
        int slash = pointer.lastIndexOf('/');
        String last = pointer.substring(slash + 1);
        add(path, keyword, resource -> {
            JsonNode parent = resource.at(pointer.substring(0, slash));
            if (parent instanceof ArrayNode array) {
                array.set(Integer.parseInt(last), value);
            } else {
                ((ObjectNode) parent).set(last, value);
            }
        });
    }

    private void add(String path, String keyword, Consumer<ObjectNode> mutation) {
        ObjectNode resource = full.resource().deepCopy();
        mutation.accept(resource);
        cases.add(new Case(full.kind(), path + " breaks " + keyword, resource, path, keyword, false));
    }
}
