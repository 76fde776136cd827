package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is checked in under crds/ and docs/api.md is what the Java types say. */
class CrdsTest {
    private static final boolean UPDATE = Boolean.getBoolean("postern.update");
    private static final String COMMAND = "run: mvn test -Dtest=CrdsTest -Dpostern.update=true";
    private static final Path CRDS = Path.of("crds");
    private static final Path DOCS = Path.of("docs", "api.md");

    @Test
    void crdsAreCurrent() throws IOException {
        Map<String, String> wanted = new TreeMap<>();
        CrdFiles.generate().forEach((name, crd) -> wanted.put(name, CrdFiles.yaml(crd)));
        if (UPDATE) {
            Files.createDirectories(CRDS);
            for (var file : wanted.entrySet()) {
                Files.writeString(CRDS.resolve(file.getKey()), file.getValue());
            }
        }
        for (var file : wanted.entrySet()) {
            assertCurrent(CRDS.resolve(file.getKey()), file.getValue());
        }
        try (Stream<Path> files = Files.list(CRDS)) {
            assertThat(files.map(f -> f.getFileName().toString())).as("files in crds/").containsExactlyInAnyOrderElementsOf(wanted.keySet());
        }
    }

    @Test
    void docsAreCurrent() throws IOException {
        String wanted = ApiDocs.markdown(CrdFiles.generate());
        if (UPDATE) {
            Files.createDirectories(DOCS.getParent());
            Files.writeString(DOCS, wanted);
        }
        assertCurrent(DOCS, wanted);
    }

    @Test
    void generationIsDeterministic() {
        assertThat(CrdFiles.generate()).isEqualTo(CrdFiles.generate());
    }

    private static void assertCurrent(Path file, String wanted) throws IOException {
        assertThat(file).as("%s; %s", file, COMMAND).exists();
        assertThat(Files.readString(file)).as("%s is stale; %s", file, COMMAND).isEqualTo(wanted);
    }
}
