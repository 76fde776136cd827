package dev.postern.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Sets one text in a resource of a manifest. Comments, quotes, indentation, line ends, other documents: every other byte stays.
 * The outcome is read again, and must mean the same as before but for this one field; else nothing is written.
 */
public final class YamlEdit {
    private YamlEdit() {
    }

    /** The resource that is meant; one without a namespace in the text is meant by any. */
    public record Resource(String kind, String namespace, String name) {
    }

    /** Why a text is not edited. Holds no value of it. */
    public static final class Refused extends RuntimeException {
        Refused(String message) {
            super(message);
        }
    }

    /**
     * Sets a text in a file, which is replaced in one step and keeps its permissions. A link stays a link.
     *
     * @param path  keys, such as {@code metadata}, {@code annotations}, {@code example.com/a}
     * @throws Refused     where it cannot be done without touching more
     * @throws IOException where the file cannot be read or written
     */
    public static void set(Path file, Resource resource, List<String> path, String value) throws IOException {
        Path real = file.toRealPath();
        byte[] before = Files.readAllBytes(real);
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(before)).toString();
        } catch (CharacterCodingException e) {
            throw new Refused("the file is not UTF-8");
        }
        byte[] after = set(text, resource, path, value).getBytes(StandardCharsets.UTF_8);
        if (Arrays.equals(before, after)) {
            return;
        }
        // Hidden, so that nobody takes it for a manifest.
        Path fresh = real.resolveSibling("." + real.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try {
            var permissions = Files.getPosixFilePermissions(real);
            try (var channel = Files.newByteChannel(fresh, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(ByteBuffer.wrap(after));
            }
            Files.setPosixFilePermissions(fresh, permissions);
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** As {@link #set(Path, Resource, List, String)}, of a text. */
    static String set(String text, Resource resource, List<String> path, String value) {
        YamlText.Parsed before = YamlText.parse(text);
        if (!before.faults().isEmpty()) {
            throw new Refused("line " + before.faults().getFirst().line() + ": " + before.faults().getFirst().message());
        }
        Place place = find(text, resource);
        String edited = new YamlSurgery(text, place.node()).set(place.node(), path, value);
        YamlText.Parsed after = YamlText.parse(edited);
        List<JsonNode> wanted = before.documents().stream().map(YamlText.Document::root).toList();
        put(place, wanted.get(place.document()), path, value);
        if (!after.faults().isEmpty() || !after.documents().stream().map(YamlText.Document::root).toList().equals(wanted)) {
            throw new Refused(String.join(".", path) + " cannot be set without touching more than that; edit the file by hand");
        }
        return edited;
    }

    /**
     * Where a resource stands.
     *
     * @param items its index in a List, and in Lists in it; empty where it is the document itself
     */
    private record Place(int document, List<Integer> items, MappingNode node, boolean exact) {
    }

    private static Place find(String text, Resource resource) {
        List<Place> places = new ArrayList<>();
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(YamlText.LONGEST);
        options.setMaxAliasesForCollections(1000);
        Composer composer = new Composer(new ParserImpl(new StreamReader(new StringReader(text)), options), new Resolver(), options);
        for (int document = 0; composer.checkNode(); document++) {
            find(composer.getNode(), resource, document, List.of(), places);
        }
        List<Place> exact = places.stream().filter(Place::exact).toList();
        List<Place> found = exact.isEmpty() ? places : exact;
        if (found.size() != 1) {
            throw new Refused(resource.kind() + "/" + resource.name() + (found.isEmpty() ? " is not in the file, or not written out there" : " is in the file more than once"));
        }
        return found.getFirst();
    }

    private static void find(Node node, Resource resource, int document, List<Integer> items, List<Place> places) {
        if (!(node instanceof MappingNode mapping)) {
            return;
        }
        if (text(mapping, "kind").equals("List") && child(mapping, "items") instanceof SequenceNode list) {
            for (int i = 0; i < list.getValue().size(); i++) {
                List<Integer> further = new ArrayList<>(items);
                further.add(i);
                find(list.getValue().get(i), resource, document, further, places);
            }
        }
        if (text(mapping, "kind").equals(resource.kind()) && child(mapping, "metadata") instanceof MappingNode metadata
                && text(metadata, "name").equals(resource.name()) && List.of("", resource.namespace()).contains(text(metadata, "namespace"))) {
            places.add(new Place(document, items, mapping, !text(metadata, "namespace").isEmpty()));
        }
    }

    private static Node child(MappingNode mapping, String key) {
        return mapping.getValue().stream().filter(t -> t.getKeyNode() instanceof ScalarNode k && k.getValue().equals(key))
                .map(org.yaml.snakeyaml.nodes.NodeTuple::getValueNode).findFirst().orElse(null);
    }

    private static String text(MappingNode mapping, String key) {
        return child(mapping, key) instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** The same edit of the tree. */
    private static void put(Place place, JsonNode document, List<String> path, String value) {
        JsonNode at = document;
        for (int item : place.items()) {
            at = at.get("items").get(item);
        }
        for (String key : path.subList(0, path.size() - 1)) {
            at = at.path(key).isObject() ? at.get(key) : ((ObjectNode) at).putObject(key);
        }
        ((ObjectNode) at).put(path.getLast(), value);
    }
}
