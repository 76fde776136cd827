package dev.postern.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.manifest.YamlText.Fault;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One document's nodes as a JSON tree. Plain scalars get the type that kubectl gives them: a bare {@code Off} is a boolean, a
 * date is a string; so a manifest means the same here and in a cluster.
 */
final class YamlNodes {
    /** Aliases can make a large tree out of a small text; this bounds it. 10,000 resources in a List have about half of it. */
    private static final int MOST_NODES = 500_000;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE = Set.of("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE");
    private static final Set<String> FALSE = Set.of("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE");
    private static final Pattern INTEGER = Pattern.compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?");

    private final Map<String, Integer> lines;
    private final List<Fault> faults;
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private int nodes;

    /** The document has more values than can be held. */
    static final class TooLarge extends YAMLException {
        private final int line;

        private TooLarge(int line) {
            super("a document has more than " + MOST_NODES + " values");
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    YamlNodes(Map<String, Integer> lines, List<Fault> faults) {
        this.lines = lines;
        this.faults = faults;
    }

    JsonNode convert(Node node) {
        return convert(node, "", line(node));
    }

    private JsonNode convert(Node node, String path, int line) {
        lines.put(path, line);
        if (++nodes > MOST_NODES) {
            throw new TooLarge(line(node));
        }
        if (!open.add(node)) {
            fault(node, path, "an alias stands inside of what it names");
            return JSON.nullNode();
        }
        try {
            return switch (node) {
                case MappingNode mapping when mapping.getTag().equals(Tag.MAP) -> mapping(mapping, path);
                case SequenceNode sequence when sequence.getTag().equals(Tag.SEQ) -> sequence(sequence, path);
                case ScalarNode scalar -> scalar(scalar, path);
                default -> tagged(node, path);
            };
        } finally {
            open.remove(node);
        }
    }

    private JsonNode mapping(MappingNode mapping, String path) {
        ObjectNode object = JSON.objectNode();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                fault(tuple.getKeyNode(), path, "a key must be a text");
                continue;
            }
            String name = key.getValue();
            String field = FieldPath.key(path, name);
            if (object.has(name)) {
                fault(key, field, "is given twice, first in line " + lines.get(field));
                continue;
            }
            object.set(name, convert(tuple.getValueNode(), field, line(key)));
        }
        return object;
    }

    private JsonNode sequence(SequenceNode sequence, String path) {
        var array = JSON.arrayNode();
        for (Node item : sequence.getValue()) {
            array.add(convert(item, FieldPath.item(path, array.size()), line(item)));
        }
        return array;
    }

    private JsonNode scalar(ScalarNode scalar, String path) {
        Tag tag = scalar.getTag();
        String text = scalar.getValue();
        if (tag.equals(Tag.STR)) {
            return JSON.textNode(text);
        }
        if (tag.equals(YamlText.PLAIN) || tag.equals(Tag.INT) || tag.equals(Tag.FLOAT) || tag.equals(Tag.BOOL) || tag.equals(Tag.NULL)) {
            return plain(text);
        }
        if (tag.equals(Tag.MERGE)) {
            return JSON.textNode(text);
        }
        return tagged(scalar, path);
    }

    private JsonNode tagged(Node node, String path) {
        fault(node, path, "YAML tags are not supported; a value that begins with '!' needs quotes");
        return JSON.nullNode();
    }

    private static JsonNode plain(String text) {
        if (NULL.contains(text)) {
            return JSON.nullNode();
        }
        if (TRUE.contains(text) || FALSE.contains(text)) {
            return JSON.booleanNode(TRUE.contains(text));
        }
        String digits = text.replace("_", "");
        var integer = INTEGER.matcher(digits);
        if (integer.matches()) {
            int[] radix = {0, 0, 16, 2, 8, 10};
            for (int group = 2; group < radix.length; group++) {
                if (integer.group(group) != null) {
                    return JSON.numberNode(new BigInteger(integer.group(1).replace("+", "") + integer.group(group), radix[group]));
                }
            }
        }
        // A text of digits and dots, such as an address, has no exponent and more than one dot: it stays a text.
        return FLOAT.matcher(digits).matches() && !digits.isEmpty() ? JSON.numberNode(new BigDecimal(digits)) : JSON.textNode(text);
    }

    private void fault(Node node, String path, String message) {
        faults.add(new Fault(line(node), path, message));
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
