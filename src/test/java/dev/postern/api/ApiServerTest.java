package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.api.ApiCases.Case;
import dev.postern.api.ApiCases.Change;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real API server takes and refuses what the tables say, and shows the kinds as people expect. */
class ApiServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static KubernetesServer server;
    private static String namespace;

    @BeforeAll
    static void installCrds() {
        server = KubernetesServer.shared();
        server.installCrds();
        namespace = server.namespace();
    }

    static Stream<Case> good() {
        return ApiCases.cases().stream().filter(Case::isGood);
    }

    static Stream<Case> bad() {
        return ApiCases.cases().stream().filter(c -> !c.isGood());
    }

    static Stream<Case> mutations() {
        return ApiMutations.cases().stream();
    }

    static Stream<Change> changes() {
        return ApiCases.changes().stream();
    }

    @ParameterizedTest
    @MethodSource("good")
    void takesWhatIsGood(Case good) {
        tryCreate(good.resource());
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWhatIsBadAndSaysWhatToDo(Case bad) {
        KubernetesClientException refusal = catchThrowableOfType(KubernetesClientException.class, () -> tryCreate(bad.resource()));

        assertThat(refusal).as("refusal").isNotNull();
        assertThat(causes(refusal)).anySatisfy(cause -> {
            assertThat(cause.getMessage()).contains(bad.message());
            if (!bad.field().isEmpty()) {
                assertThat(cause.getField()).isEqualTo(bad.field());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void refusesWhatIsOutOfBounds(Case bad) {
        KubernetesClientException refusal = catchThrowableOfType(KubernetesClientException.class, () -> tryCreate(bad.resource()));

        assertThat(refusal).as("refusal").isNotNull();
        if (bad.message().equals("unknown")) {
            assertThat(refusal).hasMessageContaining("unknown field \"" + bad.field() + "\"");
        } else {
            assertThat(causes(refusal)).extracting(StatusCause::getField).anySatisfy(field -> assertThat(field).isEqualTo(bad.field()));
        }
    }

    @ParameterizedTest
    @MethodSource("changes")
    void refusesChangesOfWhatCannotChange(Change change) {
        String name = "changing";
        var resources = server.client().resource(generic(ApiCases.resource(change.kind(), name, change.from()))).inNamespace(namespace);
        resources.create();
        try {
            GenericKubernetesResource next = generic(ApiCases.resource(change.kind(), name, change.to()));
            next.getMetadata().setResourceVersion(resources.get().getMetadata().getResourceVersion());
            KubernetesClientException refusal = catchThrowableOfType(KubernetesClientException.class,
                    () -> server.client().resource(next).inNamespace(namespace).update());

            if (change.message() == null) {
                assertThat(refusal).isNull();
            } else {
                assertThat(causes(refusal)).anySatisfy(cause -> {
                    assertThat(cause.getField()).isEqualTo(change.field());
                    assertThat(cause.getMessage()).contains(change.message());
                });
            }
        } finally {
            resources.delete();
        }
    }

    /** A rule of the CRDs that no row of a table breaks would be a rule that nobody has seen at work. */
    @Test
    void everyRuleIsBrokenBySomeCase() {
        List<String> said = Stream.concat(bad().map(Case::message), changes().map(Change::message)).filter(m -> m != null).toList();
        List<String> rules = new ArrayList<>();
        CrdFiles.generate().values().forEach(crd -> messages(JSON.valueToTree(crd), rules));

        assertThat(rules).isNotEmpty().allSatisfy(rule -> assertThat(said).anySatisfy(message -> assertThat(rule).contains(message)));
    }

    @Test
    void kubectlShowsAllKindsByCategoryWithTheirColumns(@TempDir Path folder) throws IOException {
        String own = server.namespace();
        int number = 0;
        for (Case full : good().filter(c -> c.title().equals("with every field")).toList()) {
            Path file = folder.resolve(number++ + ".yaml");
            server.kubectl("-n", own, "apply", "-f", Files.writeString(file, JSON.writeValueAsString(full.resource())).toString());
        }

        String shown = server.kubectl("-n", own, "get", "postern");
        assertThat(shown).containsPattern("NAME +HOSTNAME +READY +SERVING +REVISION +AGE").containsPattern("mailgateway.postern.dev/full +mail.example.com")
                .containsPattern("NAME +GATEWAY +TYPE +PORT +READY +REASON +AGE").containsPattern("listener.postern.dev/full +default +Public +25")
                .containsPattern("NAME +GATEWAY +BEHAVIOR +TLS +READY +REASON +AGE").containsPattern("mailflowpolicy.postern.dev/full +default +Reject +Required")
                .containsPattern("NAME +GATEWAY +TLS +DEFAULT +READY +REASON +AGE").containsPattern("destinationcontrol.postern.dev/full +default +RequiredVerify +false")
                .containsPattern("NAME +GATEWAY +SECRET +NOT-AFTER +READY +REASON +AGE").containsPattern("certificate.postern.dev/full +default");
        for (String name : List.of("mgw", "mlis", "mfp", "dctl", "mcert")) {
            assertThat(server.kubectl("-n", own, "get", name, "-o", "name")).as(name).contains("/full");
        }
        server.kubectl("-n", own, "scale", "mgw/full", "--replicas=5");
        assertThat(server.kubectl("-n", own, "get", "mgw", "full", "-o", "jsonpath={.spec.replicas}")).isEqualTo("5");
    }

    @Test
    void defaultsOfAbsentObjectsAreFilledIn() throws IOException {
        GenericKubernetesResource made = tryCreate(ApiCases.resource(MailGateway.class, "least", JSON.createObjectNode().put("hostname", "a.example")));

        assertThat(JSON.<JsonNode>valueToTree(made).get("spec")).isEqualTo(JSON.readTree("""
                {"hostname": "a.example", "replicas": 1, "storage": {"size": "10Gi", "maxMessages": 100000, "reserve": "256Mi"},
                 "delivery": {"retry": {"initial": "5m", "max": "1h", "maxAge": "4d"}}, "alerts": {"requiredTLSFailure": {"enabled": true}, "interval": "1h"}, "dns": {"dnssec": "Validate"},
                 "logging": {"format": "Text"}}"""));
    }

    private static GenericKubernetesResource tryCreate(JsonNode resource) {
        return server.client().resource(generic(resource)).inNamespace(namespace).dryRun().fieldValidation(Validation.STRICT).create();
    }

    private static GenericKubernetesResource generic(JsonNode resource) {
        return JSON.convertValue(resource, GenericKubernetesResource.class);
    }

    private static List<StatusCause> causes(KubernetesClientException refusal) {
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.getStatus().getDetails()).as(refusal.getMessage()).isNotNull();
        return refusal.getStatus().getDetails().getCauses();
    }

    private static void messages(JsonNode node, List<String> messages) {
        node.path("x-kubernetes-validations").forEach(rule -> messages.add(rule.get("message").asText()));
        node.forEach(child -> messages(child, messages));
    }
}
