package dev.postern.gateway.smtp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the RFCs ask of a server, sentence by sentence, and dialogs as clients have them: the files in {@code src/test/resources/smtp}. */
class ScenariosTest {
    private static final Path FOLDER = Path.of("src/test/resources/smtp");

    @TestFactory
    Stream<DynamicContainer> theServerAnswersAs() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().map(ScenariosTest::container).toList().stream();
        }
    }

    private static DynamicContainer container(Path file) {
        try {
            return DynamicContainer.dynamicContainer(file.getFileName().toString(), Scenario.read(file).stream().map(s -> DynamicTest.dynamicTest(s.name(), s::play)).toList());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
