package dev.postern.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the manifests of a folder: every {@code *.yaml} and {@code *.yml} in it and in its folders, except hidden files and
 * folders and {@code kustomization.yaml}, which is no resource. Threads may share a reader.
 */
public final class ManifestReader {
    private final ManifestParser parser;

    /** @param namespace of resources that name none */
    public ManifestReader(String namespace) {
        parser = new ManifestParser(namespace);
    }

    /**
     * What the manifests of a folder hold, unparsed.
     *
     * @param texts  by file
     * @param errors of the folder, and of files that cannot be read
     */
    public record Contents(Map<Path, String> texts, List<ManifestError> errors) {
    }

    /** Reads a folder and parses it. Whatever is wrong, with the folder too, is among the errors of the result. */
    public Manifests read(Path folder) {
        return parse(contents(folder));
    }

    public Manifests parse(Contents contents) {
        return parser.parse(contents.texts(), contents.errors());
    }

    /** Reads a folder, and parses nothing. */
    public static Contents contents(Path folder) {
        List<ManifestError> errors = new ArrayList<>();
        Map<Path, String> contents = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            errors.add(new ManifestError(folder, 0, "", Files.exists(folder) ? "is not a folder" : "does not exist"));
        }
        for (Path file : files(folder, errors)) {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(YamlText.LONGEST + 1);
                if (bytes.length > YamlText.LONGEST) {
                    errors.add(new ManifestError(file, 0, "", "is larger than " + (YamlText.LONGEST >> 20) + " MiB"));
                } else {
                    contents.put(file, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
                }
            } catch (CharacterCodingException e) {
                errors.add(new ManifestError(file, 0, "", "is not UTF-8"));
            } catch (IOException e) {
                errors.add(new ManifestError(file, 0, "", "cannot be read: " + e));
            }
        }
        return new Contents(contents, errors);
    }

    /** Parses texts by their file; touches no file. */
    public Manifests parse(Map<Path, String> contents) {
        return parser.parse(new TreeMap<>(contents), List.of());
    }

    private static List<Path> files(Path folder, List<ManifestError> errors) {
        List<Path> files = new ArrayList<>();
        if (!errors.isEmpty()) {
            return files;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                    return visited.equals(folder) || !isHidden(visited) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (isManifest(file) && Files.isRegularFile(file)) {
                        files.add(file);
                    } else if (isManifest(file)) {
                        errors.add(new ManifestError(file, 0, "", "is no file, or a link to nothing"));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    errors.add(new ManifestError(file, 0, "", "cannot be read: " + e));
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            errors.add(new ManifestError(folder, 0, "", "cannot be read: " + e));
        }
        return files;
    }

    private static boolean isManifest(Path file) {
        String name = file.getFileName().toString();
        boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
        return yaml && !isHidden(file) && !name.matches("kustomization\\.ya?ml");
    }

    private static boolean isHidden(Path path) {
        return path.getFileName().toString().startsWith(".");
    }
}
