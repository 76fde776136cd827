package dev.postern.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@code manifest/bad/*.yaml} gets the errors that stand in the file beside it; {@code -Dpostern.update=true} writes them anew. */
class BadManifestsTest {
    private static final Path FOLDER = Path.of("src/test/resources/manifest/bad");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void eachErrorNamesFileLineFieldAndWhatIsAllowed(Path file) throws IOException {
        Manifests manifests = new ManifestReader("default").parse(Map.of(file.getFileName(), Files.readString(file)));
        String actual = manifests.errors().stream().map(e -> e + "\n").collect(Collectors.joining());
        Path expected = FOLDER.resolve(file.getFileName().toString().replace(".yaml", ".errors"));
        if (Boolean.getBoolean("postern.update")) {
            Files.writeString(expected, actual);
        }

        assertThat(actual).isNotEmpty().isEqualTo(Files.readString(expected));
        assertThat(actual).as("values of Secrets").doesNotContain("hunter2", "123456789");
    }
}
