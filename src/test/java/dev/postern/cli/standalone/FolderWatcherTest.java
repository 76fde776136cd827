package dev.postern.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.manifest.ManifestReader.Contents;
import dev.postern.manifest.ManifestReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edit takes effect when it is whole. */
class FolderWatcherTest {
    @TempDir
    Path folder;

    @Test
    void aFileThatIsWrittenSlowlyIsNeverSeenEmptyOrInHalves() throws Exception {
        Path file = Files.writeString(folder.resolve("a.yaml"), "first: " + "x".repeat(100));
        List<Contents> seen = new CopyOnWriteArrayList<>();
        try (FolderWatcher watcher = new FolderWatcher(folder, ManifestReader.contents(folder), seen::add, () -> false)) {
            watcher.start();
            Files.writeString(file, "");
            // As long as a slow writer takes: longer than an edit needs to settle.
            Awaitility.await().pollDelay(Duration.ofMillis(600)).until(() -> true);
            assertThat(seen).isEmpty();
            Files.writeString(file, "second: " + "x".repeat(100));
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !seen.isEmpty());
            assertThat(seen.getFirst().texts().get(file)).startsWith("second");
        }
    }

    @Test
    void whatIsDueIsLookedAtThoughNothingChanged() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), "first: x");
        List<Contents> seen = new CopyOnWriteArrayList<>();
        try (FolderWatcher watcher = new FolderWatcher(folder, ManifestReader.contents(folder), seen::add, seen::isEmpty)) {
            watcher.start();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !seen.isEmpty());
            assertThat(seen).containsExactly(ManifestReader.contents(folder));
        }
    }

    @Test
    void aFileThatIsGoneForGoodIsSeenToBeGone() throws Exception {
        Path file = Files.writeString(folder.resolve("a.yaml"), "first: x");
        List<Contents> seen = new CopyOnWriteArrayList<>();
        try (FolderWatcher watcher = new FolderWatcher(folder, ManifestReader.contents(folder), seen::add, () -> false)) {
            watcher.start();
            Files.delete(file);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !seen.isEmpty());
            assertThat(seen.getFirst().texts()).isEmpty();
        }
    }
}
