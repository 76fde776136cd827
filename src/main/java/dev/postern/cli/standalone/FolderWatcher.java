package dev.postern.cli.standalone;

import dev.postern.manifest.ManifestReader.Contents;
import dev.postern.manifest.ManifestReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Calls its consumer when what the manifests of a folder hold has changed. It looks at contents, a few times a second: editors, Git and
 * mounted volumes replace files in ways that file system events miss. A change counts when it has stood still for a while, since half a
 * file may be a whole manifest less; and where a file has become empty or is gone, for a longer while.
 */
final class FolderWatcher implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration SETTLED = Duration.ofMillis(250);
    private static final Duration LOSS_SETTLED = Duration.ofSeconds(3);
    private final Path folder;
    private final Consumer<Contents> consumer;
    private final BooleanSupplier due;
    private Contents taken;
    private volatile Thread thread;

    /**
     * @param known what the folder held when it was last read
     * @param due   whether the consumer is to be called though nothing changed
     */
    FolderWatcher(Path folder, Contents known, Consumer<Contents> consumer, BooleanSupplier due) {
        this.folder = folder;
        this.consumer = consumer;
        this.due = due;
        taken = known;
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
        Contents last = taken;
        long since = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                Contents now = ManifestReader.contents(folder);
                if (!now.equals(last)) {
                    last = now;
                    since = System.nanoTime();
                } else if (!now.equals(taken) && System.nanoTime() - since >= (loses(taken, now) ? LOSS_SETTLED : SETTLED).toNanos()) {
                    taken = now;
                    consumer.accept(now);
                } else if (now.equals(taken) && due.getAsBoolean()) {
                    consumer.accept(now);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();   // closed
        }
    }

    /** Whether a file that said something says nothing now, or a much shorter thing: what a file that is being written looks like. */
    static boolean loses(Contents before, Contents now) {
        return before.texts().entrySet().stream().filter(e -> !e.getValue().isBlank())
                .anyMatch(e -> now.texts().getOrDefault(e.getKey(), "").length() < e.getValue().length() / 2);
    }
}
