package dev.postern.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class QueueCrashTest {
    @TempDir
    Path folder;

    @Test
    void whatWasReportedAsChangedIsSoAfterKill9() throws Exception {
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx128m",
                "-cp", System.getProperty("java.class.path"), QueueCrashChild.class.getName(), folder.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        List<String> reported = new ArrayList<>();
        try (var lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reported.add(line);
                if (reported.size() == 60) {
                    child.toHandle().destroyForcibly();   // at once: nothing gets to finish; what it printed is read to the end
                }
            }
        }
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reported).hasSizeGreaterThanOrEqualTo(60);
        try (RocksSpool spool = RocksSpool.open(folder, SpoolOptions.DEFAULTS, e -> { }, d -> { }, new SimpleMeterRegistry())) {
            for (String line : reported) {
                String[] words = line.split(" ");
                Envelope envelope = spool.envelope(Long.parseLong(words[1])).toCompletableFuture().get();
                assertThat(words[2]).isEqualTo("1");
                switch (words[0]) {
                    case "HOLD" -> assertThat(envelope.held()).as(line).isTrue();
                    case "REROUTE" -> assertThat(envelope.route()).as(line).isEqualTo("relay.test:2525");
                    default -> assertThat(envelope).as(line).isNull();
                }
            }
        }
    }
}
