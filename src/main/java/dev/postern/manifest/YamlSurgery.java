package dev.postern.manifest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Puts one text into a YAML text, at the marks of its nodes; the rest of the text stays as it is. It takes care of the usual
 * forms; whether the outcome means what it should, {@link YamlEdit} finds out by reading it again. Pure.
 */
final class YamlSurgery {
    private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");
    private static final Pattern LINES = Pattern.compile("(?:[!-~][ -~]*\n|\n)*[!-~][ -~]*\n");
    private static final Pattern BLANK_END = Pattern.compile("(?:(?:\r\n|\r|\n)[ \t]*)+\\z");
    private static final Pattern BREAK = Pattern.compile("\r\n|\r|\n");
    private static final Pattern ALIAS = Pattern.compile("[\"']?\\s*:\\s*\\*[^\\s,\\[\\]{}]+");

    private final String text;
    private final String lineBreak;
    private final int step;

    /** @param root the resource that is edited: its indentation is taken over */
    YamlSurgery(String text, MappingNode root) {
        this.text = text;
        Matcher first = BREAK.matcher(text);
        lineBreak = first.find() ? first.group() : "\n";
        step = root.getValue().stream().map(NodeTuple::getValueNode).filter(n -> n instanceof MappingNode m && isBlock(m) && !m.getValue().isEmpty())
                .mapToInt(n -> column((MappingNode) n) - column(root)).filter(s -> s > 0).findFirst().orElse(2);
    }

    /**
     * The text with the value at a path of keys; what lacks on the way there is added.
     *
     * @throws YamlEdit.Refused where what stands there cannot be edited
     */
    String set(MappingNode root, List<String> path, String value) {
        MappingNode at = root;
        for (int i = 0; ; i++) {
            NodeTuple entry = find(at, path.get(i));
            List<String> rest = path.subList(i + 1, path.size());
            if (entry == null) {
                return insert(at, path.subList(i, path.size()), value);
            }
            Node child = entry.getValueNode();
            String shown = String.join(".", path.subList(0, i + 1));
            if (isAlias(entry) || child.getAnchor() != null) {
                throw new YamlEdit.Refused(shown + " has an anchor or is an alias, so that a change would reach other places; write it out first");
            }
            if (rest.isEmpty()) {
                if (!(child instanceof ScalarNode scalar)) {
                    throw new YamlEdit.Refused(shown + " is no text");
                }
                return replace(at, scalar, value);
            }
            if (isBlock(at) && isNothing(child)) {
                return replaceNothing(at, child, rest, value);
            }
            if (!(child instanceof MappingNode mapping)) {
                throw new YamlEdit.Refused(shown + " is no mapping");
            }
            at = mapping;
        }
    }

    private String insert(MappingNode into, List<String> keys, String value) {
        if (!isBlock(into)) {
            boolean empty = into.getValue().isEmpty();
            boolean quoted = !empty && text.charAt(start(into.getValue().getFirst().getKeyNode())) == '"';
            int at = empty ? start(into) + 1 : start(into.getValue().getFirst().getKeyNode());
            return splice(at, at, flow(keys, value, quoted) + (empty ? "" : ", "));
        }
        NodeTuple last = into.getValue().getLast();
        int column = column(into);
        String entry = " ".repeat(column) + block(keys, value, column);
        int end = end(last);
        if (deepest(last.getValueNode()) instanceof ScalarNode scalar && isBlockScalar(scalar) && !isAlias(last) && keepsBlankLines(scalar)) {
            return splice(end, end, end > 0 && text.charAt(end - 1) == '\n' ? entry + lineBreak : lineBreak + entry);
        }
        int at = lineEnd(end);
        return splice(at, at, lineBreak + entry);
    }

    private String replace(MappingNode in, ScalarNode old, String value) {
        int start = start(old);
        if (!isBlock(in)) {
            return splice(start, end(old), (start == end(old) ? " " : "") + quoted(value));
        }
        int end = isBlockScalar(old) ? contentEnd(old) : end(old);
        List<String> lines = scalar(value, column(in));
        String head = (start == end ? " " : "") + lines.getFirst();
        String body = String.join("", lines.subList(1, lines.size()));
        if (isBlockScalar(old)) {
            String header = text.substring(start, lineEnd(start));
            int comment = header.indexOf(" #");
            return splice(start, end, head + (comment < 0 ? "" : header.substring(comment)) + body);
        }
        int lineEnd = lineEnd(end);
        return text.substring(0, start) + head + text.substring(end, lineEnd) + body + text.substring(lineEnd);
    }

    /** A mapping in place of {@code {}} or of nothing; what follows on the line, a comment, stays there. */
    private String replaceNothing(MappingNode in, Node nothing, List<String> keys, String value) {
        int start = start(nothing);
        while (text.charAt(start - 1) == ' ' || text.charAt(start - 1) == '\t') {
            start--;
        }
        int lineEnd = lineEnd(end(nothing));
        int column = column(in) + step;
        return text.substring(0, start) + text.substring(end(nothing), lineEnd) + lineBreak + " ".repeat(column) + block(keys, value, column) + text.substring(lineEnd);
    }

    private String block(List<String> keys, String value, int column) {
        String key = key(keys.getFirst(), false) + ":";
        if (keys.size() == 1) {
            return key + " " + String.join("", scalar(value, column));
        }
        int inner = column + step;
        return key + lineBreak + " ".repeat(inner) + block(keys.subList(1, keys.size()), value, inner);
    }

    private static String flow(List<String> keys, String value, boolean quoted) {
        String inner = keys.size() == 1 ? quoted(value) : "{" + flow(keys.subList(1, keys.size()), value, quoted) + "}";
        return key(keys.getFirst(), quoted) + ": " + inner;
    }

    /** What follows the key, and the further lines, each with the line break before it. */
    private List<String> scalar(String value, int column) {
        if (!LINES.matcher(value).matches()) {
            return List.of(quoted(value));
        }
        String pad = lineBreak + " ".repeat(column + step);
        StringBuilder body = new StringBuilder();
        value.lines().forEach(line -> body.append(line.isEmpty() ? lineBreak : pad + line));
        return List.of("|", body.toString());
    }

    private static String key(String key, boolean quoted) {
        return !quoted && PLAIN_KEY.matcher(key).matches() ? key : quoted(key);
    }

    private static String quoted(String value) {
        return JsonNodeFactory.instance.textNode(value).toString();
    }

    private String splice(int from, int to, String with) {
        return text.substring(0, from) + with + text.substring(to);
    }

    private static NodeTuple find(MappingNode mapping, String key) {
        return mapping.getValue().stream().filter(t -> t.getKeyNode() instanceof ScalarNode k && k.getValue().equals(key)).findFirst().orElse(null);
    }

    private static boolean isBlock(CollectionNode<?> node) {
        return node.getFlowStyle() == FlowStyle.BLOCK;
    }

    private static boolean isBlockScalar(ScalarNode node) {
        return node.getScalarStyle() == ScalarStyle.LITERAL || node.getScalarStyle() == ScalarStyle.FOLDED;
    }

    private boolean keepsBlankLines(ScalarNode node) {
        String header = text.substring(start(node), lineEnd(start(node)));
        return header.substring(0, Math.min(3, header.length())).contains("+");
    }

    /** Whether it is an empty flow mapping in one line, or an empty or null value. */
    private boolean isNothing(Node node) {
        if (node instanceof MappingNode mapping) {
            return mapping.getValue().isEmpty() && !BREAK.matcher(text.substring(start(node), end(node))).find();
        }
        return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.PLAIN && List.of("", "~", "null").contains(scalar.getValue());
    }

    /** An alias stands for a node that stands earlier. */
    private static boolean isAlias(NodeTuple entry) {
        return entry.getValueNode().getStartMark().getIndex() < entry.getKeyNode().getEndMark().getIndex();
    }

    private static Node deepest(Node node) {
        return switch (node) {
            case MappingNode mapping when isBlock(mapping) && !mapping.getValue().isEmpty() -> deepest(mapping.getValue().getLast().getValueNode());
            case SequenceNode sequence when isBlock(sequence) && !sequence.getValue().isEmpty() -> deepest(sequence.getValue().getLast());
            default -> node;
        };
    }

    /** Where the text of an entry ends, before what follows it on its line. */
    private int end(NodeTuple entry) {
        if (isAlias(entry)) {
            Matcher alias = ALIAS.matcher(text).region(at(entry.getKeyNode().getEndMark()), text.length());
            if (!alias.lookingAt()) {
                throw new YamlEdit.Refused("an alias stands where the entry would have to go; write it out first");
            }
            return alias.end();
        }
        return switch (entry.getValueNode()) {
            case MappingNode mapping when isBlock(mapping) && !mapping.getValue().isEmpty() -> end(mapping.getValue().getLast());
            case Node node -> {
                Node deepest = deepest(node);
                yield deepest instanceof ScalarNode scalar && isBlockScalar(scalar) && !keepsBlankLines(scalar) ? contentEnd(scalar) : end(deepest);
            }
        };
    }

    /** The end of a block scalar's last line that is not blank. */
    private int contentEnd(ScalarNode scalar) {
        Matcher blank = BLANK_END.matcher(text).region(start(scalar), end(scalar));
        return blank.find() ? blank.start() : end(scalar);
    }

    private int lineEnd(int from) {
        Matcher next = BREAK.matcher(text);
        return next.find(from) ? next.start() : text.length();
    }

    private static int column(MappingNode mapping) {
        return (mapping.getValue().isEmpty() ? mapping : mapping.getValue().getFirst().getKeyNode()).getStartMark().getColumn();
    }

    private int start(Node node) {
        return at(node.getStartMark());
    }

    private int end(Node node) {
        return at(node.getEndMark());
    }

    /** Marks count code points. */
    private int at(Mark mark) {
        return text.offsetByCodePoints(0, mark.getIndex());
    }
}
