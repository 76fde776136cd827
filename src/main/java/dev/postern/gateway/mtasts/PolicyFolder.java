package dev.postern.gateway.mtasts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.postern.gateway.disk.DurableFile;
import dev.postern.gateway.disk.DurableFolder;
import dev.postern.gateway.mtasts.Known.Kept;
import dev.postern.pki.Fingerprints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Policies on disk: one JSON file a domain, replaced at once. Not for two at a time; one domain's file is written by one thread at a time. */
final class PolicyFolder {
    private static final String SUFFIX = ".json";
    private static final int LONGEST_NAME = 200;
    private static final long LARGEST = 512 * 1024;
    private static final ObjectMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES).build();

    private final Path folder;

    /** @param policy its lines */
    private record File(String domain, String id, String fetched, String used, List<String> policy) {
    }

    /** @throws IOException where the folder cannot be made */
    PolicyFolder(Path folder) throws IOException {
        this.folder = DurableFolder.make(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /**
     * Every policy whose time is not over, by domain. Files of others are removed, and so are files that make no sense.
     *
     * @param complaints takes what is wrong with one
     */
    Map<String, Kept> read(Instant now, Consumer<String> complaints) throws IOException {
        Map<String, Kept> found = new HashMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : files) {
            if (file.toString().endsWith(DurableFile.UNFINISHED)) {
                Files.delete(file);
            } else if (file.toString().endsWith(SUFFIX)) {
                read(file, now, found, complaints);
            }
        }
        return found;
    }

    private void read(Path path, Instant now, Map<String, Kept> found, Consumer<String> complaints) throws IOException {
        try {
            if (Files.size(path) > LARGEST) {
                throw new IllegalArgumentException("longer than " + LARGEST + " bytes");
            }
            File file = JSON.readValue(Files.readAllBytes(path), File.class);
            Kept kept = kept(file, now);
            if (!name(file.domain).equals(path.getFileName().toString())) {
                throw new IllegalArgumentException("it is about " + file.domain);
            }
            if (now.isBefore(kept.end())) {
                found.put(file.domain, kept);
            } else {
                Files.delete(path);
            }
        } catch (StsException | DateTimeException | IllegalArgumentException e) {
            damaged(path, e.getMessage(), complaints);
        } catch (JsonProcessingException e) {
            damaged(path, e.getOriginalMessage(), complaints);
        }
    }

    /** Nothing was fetched in the future: that was a wrong clock. */
    private static Kept kept(File file, Instant now) throws StsException {
        if (file == null || file.domain == null || file.id == null || file.fetched == null || file.used == null || file.policy == null) {
            throw new IllegalArgumentException("domain, id, fetched, used and policy are needed");
        }
        StsPolicy policy = StsPolicyReader.read(file.id, String.join("\n", file.policy));
        return new Kept(policy, earlier(Instant.parse(file.fetched), now), earlier(Instant.parse(file.used), now));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static void damaged(Path path, String why, Consumer<String> complaints) throws IOException {
        complaints.accept("file " + path + " is damaged and was removed: " + why);
        Files.delete(path);
    }

    /** Writes a policy in the place of what was there. */
    void write(String domain, Kept kept) throws IOException {
        byte[] text = JSON.writerWithDefaultPrettyPrinter()
                .writeValueAsString(new File(domain, kept.policy().id(), kept.fetched().toString(), kept.used().toString(), kept.policy().lines()))
                .getBytes(StandardCharsets.UTF_8);
        DurableFile.write(folder.resolve(name(domain)), text);
    }

    void remove(String domain) throws IOException {
        Files.deleteIfExists(folder.resolve(name(domain)));
    }

    /** File systems take names of 255 bytes. */
    static String name(String domain) {
        return (domain.length() <= LONGEST_NAME ? domain : Fingerprints.sha256(domain)) + SUFFIX;
    }
}
