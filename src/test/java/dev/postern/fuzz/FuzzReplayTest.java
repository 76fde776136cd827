package dev.postern.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.postern.gateway.smtp.SmtpFuzz;
import dev.postern.gateway.smtp.client.ClientFuzz;
import dev.postern.gateway.spool.EnvelopeFuzz;
import dev.postern.gateway.spool.log.LogFuzz;
import dev.postern.plan.PlanFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must hold for every input, tried with those in {@code src/test/resources/fuzz} and with changed ones. */
class FuzzReplayTest {
    private static final Path FOLDER = Path.of("src/test/resources/fuzz");

    private interface Input {
        void take(byte[] data) throws Exception;
    }

    enum Target {
        SMTP(SmtpFuzz::fuzzerTestOneInput), CLIENT(ClientFuzz::fuzzerTestOneInput), ENVELOPE(EnvelopeFuzz::fuzzerTestOneInput), LOG(LogFuzz::fuzzerTestOneInput), PLAN(PlanFuzz::fuzzerTestOneInput);

        private final Input input;

        Target(Input input) {
            this.input = input;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasFoundHolds(Target target) throws IOException {
        Random random = new Random(1);
        try (Stream<Path> files = Files.list(FOLDER.resolve(target.name().toLowerCase(java.util.Locale.ROOT)))) {
            for (Path file : files.sorted().toList()) {
                byte[] data = Files.readAllBytes(file);
                assertThatCode(() -> target.input.take(data)).as(file.toString()).doesNotThrowAnyException();
                for (int i = 0; i < 20 && data.length > 0; i++) {
                    byte[] changed = data.clone();
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                    assertThatCode(() -> target.input.take(changed)).as("%s with one octet changed: %s", file, java.util.HexFormat.of().formatHex(changed)).doesNotThrowAnyException();
                }
            }
        }
    }
}
