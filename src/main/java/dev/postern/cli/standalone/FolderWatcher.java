package dev.postern.cli.standalone;

import dev.postern.plan.PlanParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Calls its consumer when what the YAML files of a folder say has changed. It looks at contents, a few times a second: editors, Git and
 * mounted volumes replace files in ways that file system events miss.
 */
final class FolderWatcher implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private final Path folder;
    private final Consumer<Map<Path, String>> consumer;
    private final Thread thread;
    private volatile boolean closed;
    private String seen;

    /** @param consumer called in one thread, with what the files hold, by path; the first time after the first change */
    FolderWatcher(Path folder, Map<Path, String> known, Consumer<Map<Path, String>> consumer) {
        this.folder = folder;
        this.consumer = consumer;
        seen = digest(known);
        thread = Thread.ofPlatform().name("manifests").daemon().start(this::watch);
    }

    /**
     * The YAML files of a folder, hidden ones left out.
     *
     * @throws IOException naming the file or folder that cannot be read
     */
    static Map<Path, String> read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(FolderWatcher::isManifest).toList();
        }
        Map<Path, String> contents = new TreeMap<>();
        for (Path file : files) {
            contents.put(file, Files.readString(file));
        }
        return contents;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void watch() {
        while (!closed) {
            try {
                Thread.sleep(INTERVAL);
                Map<Path, String> contents = read(folder);
                String digest = digest(contents);
                if (!digest.equals(seen)) {
                    seen = digest;
                    consumer.accept(contents);
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                // A file that is being replaced this moment; the next look sees it whole.
                continue;
            }
        }
    }

    private static boolean isManifest(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(file);
    }

    private static String digest(Map<Path, String> contents) {
        StringBuilder all = new StringBuilder();
        contents.forEach((file, text) -> all.append(file).append('\0').append(PlanParts.sha256(text)).append('\n'));
        return PlanParts.sha256(all.toString());
    }
}
