package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart's alert rules, as Prometheus reads them. */
class AlertRulesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void rules() throws IOException {
        YAMLMapper yaml = new YAMLMapper(new YAMLFactory());
        JsonNode spec = null;
        try (MappingIterator<JsonNode> documents = yaml.readerFor(JsonNode.class).readValues(Path.of("src/test/helm/full.golden.yaml").toFile())) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.path("kind").asText().equals("PrometheusRule")) {
                    spec = document.get("spec");
                }
            }
        }
        assertThat(spec).isNotNull();
        yaml.writeValue(folder.resolve("rules.yaml").toFile(), spec);
        Files.copy(Path.of("src/test/resources/alert/rules.test.yaml"), folder.resolve("rules.test.yaml"));
    }

    @Test
    void prometheusTakesEveryRule() throws Exception {
        promtool("check", "rules", "rules.yaml");
    }

    @Test
    void theyFireWhenTheyShouldAndNotOtherwise() throws Exception {
        promtool("test", "rules", "rules.test.yaml");
    }

    private void promtool(String... arguments) throws IOException, InterruptedException {
        Path unpacked = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), "prometheus/usr/bin/promtool");
        List<String> command = new ArrayList<>(List.of(Files.isExecutable(unpacked) ? unpacked.toString() : "promtool"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            Assumptions.abort("no promtool: make test unpacks it on Debian and Ubuntu");
            return;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
