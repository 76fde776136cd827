package dev.postern.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.ValidationMessage;
import dev.postern.api.Api;
import dev.postern.api.Rules.Violation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Checks a resource against its schema, and says what is wrong in words: the value, and what is allowed. */
final class SchemaCheck {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private SchemaCheck() {
    }

    /** At most one violation a field; values are left out where the kind is sensitive. */
    static Collection<Violation> check(Schemas.Kind kind, JsonNode resource) {
        Map<String, Violation> violations = new TreeMap<>();
        // A value of the wrong type is no member of the enum either, and an empty text matches no pattern: the first says it all.
        kind.compiled().validate(resource).stream()
                .sorted(Comparator.comparingInt(message -> List.of("pattern", "enum", "type").indexOf(message.getType())))
                .forEach(message -> violations.put(field(message), new Violation(field(message), text(kind, resource, message))));
        return violations.values();
    }

    private static String field(ValidationMessage message) {
        JsonNodePath location = message.getInstanceLocation();
        String path = "";
        for (int i = 0; i < location.getNameCount(); i++) {
            Object element = location.getElement(i);
            path = element instanceof Integer index ? FieldPath.item(path, index) : FieldPath.key(path, element.toString());
        }
        boolean names = message.getType().equals("required") || message.getType().equals("additionalProperties");
        return names ? FieldPath.key(path, message.getProperty()) : path;
    }

    private static String text(Schemas.Kind kind, JsonNode resource, ValidationMessage message) {
        JsonNode schema = kind.schema();
        JsonNode value = resource;
        String description = "";
        JsonNodePath location = message.getInstanceLocation();
        for (int i = 0; i < location.getNameCount(); i++) {
            Object element = location.getElement(i);
            value = element instanceof Integer index ? value.path(index) : value.path(element.toString());
            schema = element instanceof Integer ? schema.path("items") : step(schema, element.toString());
            description = schema.path("description").asText(description);
        }
        String shown = kind.sensitive() ? "the value" : shown(value);
        return switch (message.getType()) {
            case "required" -> "is required" + about(step(schema, message.getProperty()));
            case "additionalProperties" -> unknown(schema);
            case "type" -> type(schema, value, kind.sensitive());
            case "enum" -> shown + " is not allowed; allowed are " + values(schema.path("enum"));
            case "pattern" -> shown + " is malformed; allowed is " + Api.form(schema.path("pattern").asText()).orElse(description);
            case "minimum", "maximum" -> shown + " is out of bounds; allowed is " + range(schema, "minimum", "maximum");
            case "minLength", "maxLength" -> "has " + value.asText().length() + " characters; allowed are " + range(schema, "minLength", "maxLength");
            case "minItems", "maxItems" -> "has " + value.size() + " entries; allowed are " + range(schema, "minItems", "maxItems");
            default -> kind.sensitive() ? "is not allowed (" + message.getType() + ")" : message.getError();
        };
    }

    private static JsonNode step(JsonNode schema, String property) {
        JsonNode known = schema.path("properties").path(property);
        if (known.isMissingNode() && schema.has("patternProperties")) {
            return schema.get("patternProperties").elements().next();
        }
        return known.isMissingNode() ? schema.path("additionalProperties") : known;
    }

    private static String about(JsonNode schema) {
        String description = schema.path("description").asText("");
        return schema.has("enum") ? "; allowed are " + values(schema.path("enum")) : description.isEmpty() ? "" : ": " + description;
    }

    private static String unknown(JsonNode schema) {
        if (schema.has("patternProperties")) {
            return "is no key: a key has 1 to 253 letters, digits, '-', '_' and '.'";
        }
        List<String> names = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "is unknown; there are no fields here" : "is unknown; known here are " + String.join(", ", names);
    }

    private static String type(JsonNode schema, JsonNode value, boolean sensitive) {
        JsonNode type = schema.path("type");
        String wanted = type.isArray() ? values(type).replace(", ", " or ") : type.asText();
        String given = switch (value.getNodeType()) {
            case OBJECT -> "a mapping";
            case ARRAY -> "a list";
            case NULL, MISSING -> "empty";
            case STRING -> sensitive ? "a string" : "the string " + shown(value);
            case BOOLEAN -> sensitive ? "a boolean" : "the boolean " + value.asText();
            default -> sensitive ? "a number" : "the number " + value.asText();
        };
        String hint = !wanted.contains("string") || value.isContainerNode() || value.isNull() ? ""
                : value.isBoolean() ? "; YAML reads a bare Off, On, No or Yes as a boolean, so it needs quotes" : "; it needs quotes";
        return "must be " + article(wanted) + ", but is " + given + hint;
    }

    private static String article(String type) {
        return switch (type) {
            case "object" -> "a mapping";
            case "array" -> "a list";
            case "integer" -> "an integer";
            default -> (type.startsWith("integer") ? "an " : "a ") + type;
        };
    }

    private static String range(JsonNode schema, String low, String high) {
        String from = schema.path(low).asText("");
        String to = schema.path(high).asText("");
        return from.isEmpty() ? "at most " + to : to.isEmpty() ? "at least " + from : from + " to " + to;
    }

    private static String values(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).collect(Collectors.joining(", "));
    }

    private static String shown(JsonNode value) {
        String text = value.asText();
        String cut = text.length() <= 80 ? text : text.substring(0, 80) + "…";
        return value.isTextual() ? "'" + CONTROL.matcher(cut).replaceAll(c -> String.format("\\\\u%04x", (int) c.group().charAt(0))) + "'" : cut;
    }
}
