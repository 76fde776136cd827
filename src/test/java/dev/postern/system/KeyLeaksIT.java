package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.KeyLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs after all other tests: no private key is in anything that they wrote. Logs of operators and gateways, reports, and, as each
 * JVM's API server noted when it ended, ConfigMaps, events, status and everything else that is not a Secret.
 */
class KeyLeaksIT {
    @Test
    void noPrivateKeyIsInAnyLogOrReport() {
        KeyLeaks.Report report = KeyLeaks.ofFiles(Set.of());
        assertThat(report.leaks()).isEmpty();
        assertThat(report.places()).as("files that were looked through").isGreaterThan(20);
    }

    @Test
    void noPrivateKeyWasInAnyObjectOfAnApiServerButSecrets() throws Exception {
        try (Stream<Path> notes = Files.list(Path.of("target/key-leaks"))) {
            List<Path> all = notes.toList();
            assertThat(all).as("what the API servers of the tests noted").isNotEmpty();
            for (Path note : all) {
                assertThat(Files.readAllLines(note)).as(note.toString()).hasSize(1).first().asString().startsWith("looked for ");
            }
        }
    }
}
