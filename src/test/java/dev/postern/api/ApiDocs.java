package dev.postern.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionNames;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes docs/api.md from the CRDs. */
final class ApiDocs {
    private static final String HEAD = """
            # API reference

            <!-- Generated from the CRDs: mvn test -Dtest=CrdsTest -Dpostern.update=true -->

            Group `%s`, version `%s`; every kind is namespaced and is in the category `%s` (`kubectl get %s`). A field without default
            is absent unless it is given; **required** ones must be. What takes more than one resource to decide (a reference, a
            port used twice) is checked by the operator, which says so in the status.

            YAML reads a bare `Off` as a boolean: write `mode: "Off"`.
            """;

    private ApiDocs() {
    }

    static String markdown(Map<String, CustomResourceDefinition> crds) {
        StringBuilder text = new StringBuilder(HEAD.formatted(Api.GROUP, Api.VERSION, Api.CATEGORY, Api.CATEGORY));
        for (Class<?> kind : CrdFiles.KINDS) {
            crds.values().stream().filter(crd -> crd.getSpec().getNames().getKind().equals(kind.getSimpleName())).forEach(crd -> kind(text, crd));
        }
        return text.toString();
    }

    private static void kind(StringBuilder text, CustomResourceDefinition crd) {
        CustomResourceDefinitionNames names = crd.getSpec().getNames();
        JSONSchemaProps root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
        text.append("\n## ").append(names.getKind()).append("\n\n`").append(names.getPlural()).append("`, short `")
                .append(String.join("`, `", names.getShortNames())).append("`\n");
        List<String> rules = new ArrayList<>();
        rules(root, rules);
        if (!rules.isEmpty()) {
            text.append("\nRules:\n\n");
            rules.forEach(rule -> text.append("- ").append(rule).append('\n'));
        }
        text.append("\n| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n");
        fields(text, "spec", root.getProperties().get("spec"));
        text.append("\n| status field | type | meaning |\n|---|---|---|\n");
        status(text, "status", root.getProperties().get("status"));
    }

    private static void rules(JSONSchemaProps schema, List<String> rules) {
        for (ValidationRule rule : schema.getXKubernetesValidations() == null ? List.<ValidationRule>of() : schema.getXKubernetesValidations()) {
            rules.add(rule.getMessage());
        }
        children(schema).values().forEach(child -> rules(child, rules));
    }

    private static void fields(StringBuilder text, String path, JSONSchemaProps schema) {
        if (isKubernetes(schema)) {
            return;
        }
        children(schema).forEach((step, field) -> {
            String name = path + step;
            boolean required = schema.getRequired() != null && schema.getRequired().contains(step.substring(1));
            if (!step.equals("[]") || field.getProperties() == null || field.getProperties().isEmpty()) {
                row(text, "`" + name + "`", type(field), defaultOf(field, required), bounds(field), description(field));
            }
            fields(text, name, field);
        });
    }

    private static void status(StringBuilder text, String path, JSONSchemaProps schema) {
        children(schema).forEach((step, field) -> {
            if (!step.equals("[]")) {
                row(text, "`" + path + step + "`", type(field), description(field));
            }
            status(text, path + step, field);
        });
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static Map<String, JSONSchemaProps> children(JSONSchemaProps schema) {
        if (schema.getItems() != null) {
            return Map.of("[]", schema.getItems().getSchema());
        }
        return schema.getProperties() == null ? Map.of()
                : schema.getProperties().entrySet().stream().collect(Collectors.toMap(e -> "." + e.getKey(), Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }

    private static String type(JSONSchemaProps schema) {
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            return "quantity";
        }
        if (schema.getItems() != null) {
            return "list of " + type(schema.getItems().getSchema());
        }
        if (schema.getAdditionalProperties() != null) {
            return "map of " + type(schema.getAdditionalProperties().getSchema());
        }
        if (schema.getEnum() != null && !schema.getEnum().isEmpty()) {
            return schema.getEnum().stream().map(value -> "`" + value.asText() + "`").collect(Collectors.joining(", "));
        }
        return schema.getType();
    }

    private static String defaultOf(JSONSchemaProps schema, boolean required) {
        JsonNode value = schema.getDefault();
        return required ? "**required**" : value == null || value.isObject() ? "" : "`" + value.asText() + "`";
    }

    private static String bounds(JSONSchemaProps schema) {
        List<String> bounds = new ArrayList<>();
        if (schema.getMinimum() != null && schema.getMaximum() != null) {
            bounds.add("%d to %d".formatted(schema.getMinimum().longValue(), schema.getMaximum().longValue()));
        }
        length(bounds, schema.getMinLength(), schema.getMaxLength(), "characters");
        length(bounds, schema.getMinItems(), schema.getMaxItems(), "entries");
        if (schema.getPattern() != null) {
            bounds.add(Api.form(schema.getPattern()).orElseThrow(() -> new IllegalStateException("no words for the pattern " + schema.getPattern())));
        }
        return String.join("; ", bounds);
    }

    private static void length(List<String> bounds, Long least, Long most, String of) {
        if (least != null && least > 1) {
            bounds.add("%d to %d %s".formatted(least, most, of));
        } else if (most != null) {
            bounds.add("at most %d %s".formatted(most, of));
        }
    }

    /** Types of Kubernetes itself come without descriptions, and have their own documentation. */
    private static boolean isKubernetes(JSONSchemaProps schema) {
        Collection<JSONSchemaProps> fields = schema.getProperties() == null ? List.of() : schema.getProperties().values();
        return !fields.isEmpty() && fields.stream().allMatch(field -> field.getDescription() == null);
    }

    private static String description(JSONSchemaProps schema) {
        String text = schema.getDescription() == null ? "" : schema.getDescription().replace("|", "\\|");
        boolean kubernetes = isKubernetes(schema) || schema.getItems() != null && isKubernetes(schema.getItems().getSchema());
        return kubernetes ? text + " As in the specification of a pod." : text;
    }
}
