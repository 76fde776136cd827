package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.postern.pki.Chains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every folder of src/test/resources/plan is a case: {@code in-*.yaml} is compiled, after {@code previous-*.yaml} where there
 * is one, and gives {@code out-plan.yaml} and {@code out-problems.yaml}. {@code -Dpostern.update=true} writes these anew.
 */
class PlanGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/plan");
    private static final Path COMMON = FOLDER.resolve("common");
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    /** The authority of the common Secrets is one that peers know. */
    private static final KeyPairReader READER = new KeyPairReader(Set.copyOf(Chains.parse(new Manifests().add(COMMON.resolve("in-resources.yaml"))
            .add(COMMON.resolve("in-authorities.yaml")).resources().trustBundles().get("authorities/ca.crt"))));
    private static final boolean UPDATE = Boolean.getBoolean("postern.update");
    private static final ObjectMapper YAML = YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES).enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();

    @TestFactory
    Stream<DynamicTest> compiles() throws IOException {
        try (var folders = Files.list(FOLDER)) {
            List<Path> cases = folders.filter(f -> !f.equals(COMMON)).sorted().toList();
            assertThat(cases).hasSizeGreaterThan(25);
            return cases.stream().map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
        }
    }

    private static void check(Path folder) throws IOException {
        CompiledPlan before = null;
        if (!files(folder, "previous-").isEmpty()) {
            before = PlanCompiler.compile(manifests(folder, "previous-"), null, Map.of(), READER, NOW);
            assertThat(before.problems()).as("the earlier plan is good").noneMatch(p -> p.severity() != Problem.Severity.WARNING);
        }
        ResourceSet resources = manifests(folder, "in-");
        CompiledPlan compiled = compile(resources, before);

        compare(folder.resolve("out-plan.yaml"), plan(compiled));
        compare(folder.resolve("out-problems.yaml"), YAML.writeValueAsString(shorten(YAML.valueToTree(compiled.problems()))));
        assertThat(compile(reversed(resources), before)).as("whatever the order").isEqualTo(compiled);
        checkKeysStayOut(resources, compiled);
        if (compiled.plan() != null) {
            CompiledPlan again = compile(resources, compiled);
            assertThat(again).as("compiled again on top of itself").isEqualTo(compiled);
            checkWhole(compiled);
        }
    }

    private static CompiledPlan compile(ResourceSet resources, CompiledPlan before) {
        return before == null ? PlanCompiler.compile(resources, null, Map.of(), READER, NOW) : PlanCompiler.compile(resources, before.plan(), before.keys(), READER, NOW);
    }

    /** No name in the plan that is not there, no port or domain twice, and it survives being written. */
    private static void checkWhole(CompiledPlan compiled) {
        GatewayPlan plan = compiled.plan();
        List<String> policies = plan.policies().stream().map(PolicyPlan::name).toList();
        List<String> certificates = plan.certificates().stream().map(CertificatePlan::name).toList();
        assertThat(new TreeSet<>(policies)).isEqualTo(new TreeSet<>(plan.listeners().stream().flatMap(l -> l.hostAccess().stream()).map(ListenerPlan.SenderGroup::policy).toList()));
        assertThat(new TreeSet<>(certificates)).isEqualTo(named(plan));
        List<String> users = plan.listeners().stream().map(ListenerPlan::authentication).filter(a -> a != null && a.digest() != null).map(a -> UserVerifiers.name(a.digest())).toList();
        assertThat(compiled.keys().keySet()).containsExactlyInAnyOrderElementsOf(Stream.concat(certificates.stream(), users.stream()).distinct().toList());
        assertThat(plan.listeners()).extracting(ListenerPlan::port).doesNotHaveDuplicates();
        assertThat(plan.destinations().stream().flatMap(d -> d.destinations().stream())).doesNotHaveDuplicates();
        assertThat(plan.destinations().stream().filter(DestinationPlan::isDefault).count()).isLessThan(2);
        assertThat(plan.trustBundles().keySet()).containsAll(plan.destinations().stream().map(DestinationPlan::trustBundle).filter(b -> b != null).toList());
        assertThat(plan.trustBundles().keySet()).containsAll(plan.policies().stream().map(p -> p.tls().clientTrustBundle()).filter(b -> b != null).toList());
        assertThat(PlanParts.split(plan, 7).join()).isEqualTo(plan);
    }

    /** The certificates that the plan names anywhere. */
    private static TreeSet<String> named(GatewayPlan plan) {
        TreeSet<String> named = new TreeSet<>();
        plan.listeners().forEach(l -> named.addAll(l.certificates()));
        plan.destinations().stream().map(DestinationPlan::certificate).filter(c -> c != null).forEach(named::add);
        Optional.ofNullable(plan.settings().certificate()).ifPresent(named::add);
        Optional.ofNullable(plan.settings().tlsReporting()).map(Settings.TlsReporting::dkimCertificate).ifPresent(named::add);
        return named;
    }

    private static void checkKeysStayOut(ResourceSet resources, CompiledPlan compiled) {
        String written = compiled + (compiled.plan() == null ? "" : PlanParts.split(compiled.plan(), 1).toString());
        resources.keyPairs().values().stream().filter(k -> k.key() != null && k.key().contains("BEGIN")).forEach(pair ->
                pair.key().lines().filter(l -> !l.startsWith("-")).forEach(line -> assertThat(written).doesNotContain(line.strip())));
        resources.users().values().stream().flatMap(entries -> entries.values().stream()).filter(v -> v.contains("SCRAM"))
                .forEach(verifier -> assertThat(written + resources).doesNotContain(verifier.substring(verifier.indexOf("SCRAM"), verifier.indexOf("SCRAM") + 40)));
    }

    private static ResourceSet reversed(ResourceSet r) {
        return new ResourceSet(r.gateway(), reversed(r.listeners()), reversed(r.policies()), reversed(r.destinations()), reversed(r.certificates()), r.keyPairs(), r.trustBundles(),
                r.ticketKeys(), r.users());
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> copy = new ArrayList<>(list);
        Collections.reverse(copy);
        return copy;
    }

    private static ResourceSet manifests(Path folder, String prefix) throws IOException {
        var manifests = new Manifests();
        files(COMMON, "in-").forEach(manifests::add);
        files(folder, prefix).forEach(manifests::add);
        return manifests.resources();
    }

    private static List<Path> files(Path folder, String prefix) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix)).sorted().toList();
        }
    }

    /** As the gateway gets it, without what people do not read. */
    private static String plan(CompiledPlan compiled) throws IOException {
        ObjectNode tree = YAML.createObjectNode();
        tree.set("plan", YAML.valueToTree(compiled.plan()));
        tree.set("keys", YAML.valueToTree(new TreeSet<>(compiled.keys().keySet())));
        tree.set("stale", YAML.valueToTree(compiled.stale()));
        for (JsonNode certificate : tree.path("plan").path("certificates")) {
            ((ObjectNode) certificate).put("chainPem", count(certificate.path("chainPem").asText()));
        }
        if (tree.path("plan").path("trustBundles") instanceof ObjectNode bundles) {
            bundles.properties().forEach(bundle -> bundles.put(bundle.getKey(), count(bundle.getValue().asText())));
        }
        return YAML.writeValueAsString(shorten(tree));
    }

    /** A resource in one word: its kind, its name and its generation. */
    private static JsonNode shorten(JsonNode tree) {
        for (String field : List.of("resource", "gateway")) {
            if (tree.path(field).isObject()) {
                JsonNode ref = tree.path(field);
                ((ObjectNode) tree).put(field, ref.path("kind").asText() + "/" + ref.path("name").asText() + "@" + ref.path("generation").asText());
            }
        }
        tree.forEach(PlanGoldenTest::shorten);
        return tree;
    }

    private static String count(String pem) {
        return pem.split("-----BEGIN CERTIFICATE-----", -1).length - 1 + " in PEM";
    }

    private static void compare(Path file, String actual) throws IOException {
        if (UPDATE) {
            Files.writeString(file, actual);
        }
        assertThat(file).as("written by -Dpostern.update=true").exists();
        assertThat(actual.lines().toList()).as(file.toString()).containsExactlyElementsOf(Files.readAllLines(file));
    }
}
