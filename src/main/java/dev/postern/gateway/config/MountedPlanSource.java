package dev.postern.gateway.config;

import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reads, once, the copy of the plan that is mounted into the pod, so that a pod starts when the API server is away. The copy
 * may be a minute old; where it is absent or cannot be read, nothing happens but a word about it.
 */
public final class MountedPlanSource implements PlanSource {
    /** What kubelet swaps whole when a volume's content changes. */
    private static final String DATA_LINK = "..data";

    private final Path planFolder;
    private final Path keysFolder;
    private final Consumer<String> notice;

    /** @param notice told, in a sentence, why there is no plan */
    public MountedPlanSource(Path planFolder, Path keysFolder, Consumer<String> notice) {
        this.planFolder = planFolder;
        this.keysFolder = keysFolder;
        this.notice = notice;
    }

    /** Reads in the caller's thread, so that what is started afterwards comes later. */
    @Override
    public void start(Consumer<Written> consumer) {
        Written written;
        try {
            written = read();
        } catch (NoSuchFileException e) {
            notice.accept("no mounted plan: " + e.getFile() + " is not there");
            return;
        } catch (IOException | IllegalArgumentException e) {
            notice.accept("the mounted plan cannot be read: " + e.getMessage());
            return;
        }
        consumer.accept(written);
    }

    @Override
    public void close() {
        // Nothing stays open.
    }

    private Written read() throws IOException {
        Path plan = generation(planFolder);
        var index = PlanParts.Index.parse(Files.readString(plan.resolve(PlanNames.INDEX_KEY)));
        Map<String, String> parts = new HashMap<>();
        for (String name : PlanParts.names()) {
            Path file = plan.resolve(name + PlanNames.PART_SUFFIX);
            if (Files.exists(file)) {
                parts.put(name, Files.readString(file));
            }
        }
        return new Written(new PlanParts(index, parts), keys(generation(keysFolder)));
    }

    private static Map<String, String> keys(Path folder) throws IOException {
        Map<String, String> keys = new HashMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.getFileName().toString().endsWith(PlanNames.KEY_SUFFIX)).toList()) {
                    String name = file.getFileName().toString();
                    keys.put(name.substring(0, name.length() - PlanNames.KEY_SUFFIX.length()), Files.readString(file));
                }
            }
        }
        return keys;
    }

    /** The folder's present content, so that a swap in the middle does not mix two generations. */
    private static Path generation(Path folder) throws IOException {
        Path link = folder.resolve(DATA_LINK);
        return Files.exists(link) ? link.toRealPath() : folder;
    }
}
