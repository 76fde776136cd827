package dev.postern.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.ApiCases;
import dev.postern.api.ApiCases.Case;
import dev.postern.api.ApiMutations;
import dev.postern.api.Rules;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reader and {@link Rules} take and refuse exactly what a real API server does, which ApiServerTest proves of the same objects. */
class AgreementTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ManifestReader READER = new ManifestReader("default");

    static Stream<Case> good() {
        return ApiCases.cases().stream().filter(Case::isGood);
    }

    static Stream<Case> bad() {
        return ApiCases.cases().stream().filter(c -> !c.isGood());
    }

    static Stream<Case> mutations() {
        return ApiMutations.cases().stream();
    }

    @ParameterizedTest
    @MethodSource("good")
    void whatTheApiServerTakesIsTaken(Case good) throws JsonProcessingException {
        assertThat(errors(good.resource())).isEmpty();
        assertThat(Rules.check(JSON.treeToValue(good.resource(), good.kind()))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void whatTheApiServerRefusesIsRefusedWithTheSameWords(Case bad) throws JsonProcessingException {
        String field = bad.field().isEmpty() ? "metadata.name" : bad.field();

        assertThat(errors(bad.resource())).anySatisfy(error -> {
            assertThat(error.field()).startsWith(field);
            if (bad.rule()) {
                assertThat(error.message()).contains(bad.message());
            }
        });
        if (bad.rule()) {
            assertThat(Rules.check(JSON.treeToValue(bad.resource(), bad.kind()))).anySatisfy(violation -> {
                assertThat(violation.field()).startsWith(field);
                assertThat(violation.message()).contains(bad.message());
            });
        }
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void whatIsOutOfBoundsIsRefusedAtTheSameField(Case bad) throws JsonProcessingException {
        assertThat(errors(bad.resource())).extracting(ManifestError::field).contains(bad.field());
    }

    private static List<ManifestError> errors(ObjectNode resource) throws JsonProcessingException {
        return READER.parse(Map.of(Path.of("in.yaml"), JSON.writeValueAsString(resource))).errors();
    }
}
