package dev.postern.cli.cert.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.cli.tool.ToolException;
import dev.postern.cli.tool.Yaml;
import dev.postern.manifest.Location;
import dev.postern.manifest.ManifestReader;
import dev.postern.manifest.Manifests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file of manifests that is to be written.
 *
 * @param secret whether nobody but its owner may read it
 */
record NewFile(Path path, List<ObjectNode> resources, boolean secret) {

    /**
     * Looks whether it may be written.
     *
     * @param namespace of resources that name none
     * @throws ToolException where a resource is in another file, or the file is there and has others; and, unless {@code replace}, where it is there at all
     */
    void check(Manifests manifests, String namespace, boolean replace) {
        for (ObjectNode resource : resources) {
            Optional<Location> location = manifests.locate(kind(resource), namespace, name(resource), "metadata.name");
            if (location.isPresent() && !location.get().file().equals(path)) {
                throw new ToolException(kind(resource) + "/" + name(resource) + " is in " + location.get() + " already; change it there");
            }
        }
        if (!Files.exists(path)) {
            return;
        }
        if (!replace) {
            throw new ToolException(path + " exists already; --replace overwrites it");
        }
        Manifests there = parse();
        var kept = Stream.of(there.gateways(), there.listeners(), there.policies(), there.destinations(), there.certificates(), there.secrets(), there.configMaps())
                .flatMap(List::stream).filter(r -> resources.stream().noneMatch(n -> kind(n).equals(r.getKind()) && name(n).equals(r.getMetadata().getName()))).findFirst();
        if (kept.isPresent() || !there.errors().isEmpty()) {
            throw new ToolException(path + " is not overwritten: it holds " + kept.map(r -> r.getKind() + "/" + r.getMetadata().getName()).orElse("what cannot be read")
                    + " too");
        }
    }

    void write() {
        try {
            OwnFiles.write(path, resources.stream().map(Yaml::of).collect(Collectors.joining("---\n")).getBytes(StandardCharsets.UTF_8), secret);
        } catch (IOException e) {
            throw new ToolException(path + " cannot be written: " + e);
        }
    }

    private Manifests parse() {
        try {
            return new ManifestReader("default").parse(Map.of(path, Files.readString(path)));
        } catch (IOException e) {
            throw new ToolException(path + " cannot be read: " + e);
        }
    }

    private static String kind(ObjectNode resource) {
        return resource.path("kind").asText();
    }

    private static String name(ObjectNode resource) {
        return resource.at("/metadata/name").asText();
    }
}
