package dev.postern.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** A text of YAML documents as JSON trees, with the line of each field and everything that is wrong with the text itself. Pure. */
final class YamlText {
    /** Characters that a text may have: a file of 10,000 resources has about a quarter of it. */
    static final int LONGEST = 16 << 20;
    /** Tag of scalars whose type their text decides. */
    static final Tag PLAIN = new Tag("tag:postern.dev:plain");

    /**
     * One document.
     *
     * @param root  null nodes stand in for what a fault made unusable
     * @param lines by field path, from 1
     * @param sound whether it has no fault
     */
    record Document(JsonNode root, Map<String, Integer> lines, boolean sound) {
    }

    /** Something wrong with the text; never holds a value. */
    record Fault(int line, String field, String message) {
    }

    record Parsed(List<Document> documents, List<Fault> faults) {
    }

    private YamlText() {
    }

    static Parsed parse(String text) {
        List<Document> documents = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(LONGEST);
        options.setMergeOnCompose(true);
        options.setMaxAliasesForCollections(1000);
        try {
            Composer composer = new Composer(new ParserImpl(new StreamReader(new StringReader(text)), options), new Types(), options);
            while (composer.checkNode()) {
                Node node = composer.getNode();
                Map<String, Integer> lines = new HashMap<>();
                int before = faults.size();
                JsonNode root = new YamlNodes(lines, faults).convert(node);
                documents.add(new Document(root, lines, faults.size() == before));
            }
        } catch (MarkedYAMLException e) {
            faults.add(malformed(e));
        } catch (ReaderException e) {
            int line = 1 + (int) text.codePoints().limit(e.getPosition()).filter(c -> c == '\n').count();
            faults.add(new Fault(line, "", String.format("malformed YAML: the character U+%04X is not allowed", e.getCodePoint())));
        } catch (YamlNodes.TooLarge e) {
            faults.add(new Fault(e.line(), "", e.getMessage()));
        } catch (YAMLException e) {
            // Bounds of the parser, which it reports without a place: size, nesting, aliases.
            faults.add(new Fault(0, "", "malformed YAML: " + e.getMessage()));
        }
        return new Parsed(documents, faults);
    }

    /** Built from the parts of the exception that quote nothing of the text: it may hold a Secret. */
    private static Fault malformed(MarkedYAMLException e) {
        var mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        String problem = e.getProblem() == null ? "" : e.getProblem();
        if (problem.startsWith("found undefined alias")) {
            problem = "found an alias that no anchor defines; a value that begins with '*' needs quotes";
        } else if (problem.startsWith("found undefined tag handle")) {
            problem = "found a tag that is not defined; a value that begins with '!' needs quotes";
        }
        String message = "malformed YAML at column " + (mark == null ? 0 : mark.getColumn() + 1) + ": " + problem
                + (e.getContext() == null ? "" : " " + e.getContext());
        return new Fault(mark == null ? 0 : mark.getLine() + 1, "", message);
    }

    /** Leaves the type of plain scalars open, so that {@link YamlNodes} decides it as Kubernetes does. */
    private static final class Types extends Resolver {
        @Override
        public Tag resolve(NodeId kind, String value, boolean implicit) {
            if (kind != NodeId.scalar || !implicit) {
                return super.resolve(kind, value, implicit);
            }
            return value.equals("<<") ? Tag.MERGE : PLAIN;
        }
    }
}
