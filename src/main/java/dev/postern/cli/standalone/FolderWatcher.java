package dev.postern.cli.standalone;

import dev.postern.manifest.ManifestReader;
import dev.postern.manifest.ManifestReader.Contents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Calls its consumer when what the manifests of a folder hold has changed. It looks at contents, a few times a second: editors, Git and
 * mounted volumes replace files in ways that file system events miss.
 */
final class FolderWatcher implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private final Path folder;
    private final Consumer<Contents> consumer;
    private Contents seen;
    private volatile Thread thread;

    /** @param known what the folder held when it was last read */
    FolderWatcher(Path folder, Contents known, Consumer<Contents> consumer) {
        this.folder = folder;
        this.consumer = consumer;
        seen = known;
    }

    /** From now on, the consumer is called in a thread of the watcher. */
    void start() {
        thread = Thread.ofPlatform().name("manifests").daemon().start(this::watch);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                Contents now = ManifestReader.contents(folder);
                if (!now.equals(seen)) {
                    seen = now;
                    consumer.accept(now);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();   // closed
        }
    }
}
