package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControl;
import dev.postern.api.DestinationControlSpec;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goldens do not show well: many resources, and steps in time. */
class PlanCompilerTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final KeyPairReader READER = new KeyPairReader(Set.of());
    private static final int MANY = 10_000;

    @Test
    void oneChangeAmongManyDestinationsRewritesOnePart() {
        List<DestinationControl> controls = new ArrayList<>(IntStream.range(0, MANY).mapToObj(i -> control("d" + i, 1, TlsMode.Preferred, "d" + i + ".example")).toList());
        CompiledPlan first = compile(controls, null);
        controls.set(4711, control("d4711", 2, TlsMode.RequiredVerify, "d4711.example"));
        CompiledPlan second = compile(controls, first);

        assertThat(first.problems()).isEmpty();
        assertThat(first.plan().destinations()).hasSize(MANY);
        Map<String, String> before = PlanParts.split(first.plan(), 1).parts();
        assertThat(PlanParts.split(second.plan(), 2).parts().entrySet().stream().filter(p -> !p.getValue().equals(before.get(p.getKey())))).hasSize(1);
        assertThat(new DestinationTable(second.plan().destinations()).find("d4711.example").orElseThrow().tls().mode()).isEqualTo(TlsMode.RequiredVerify);
    }

    @Test
    void everyPartOfManyDestinationsFitsIntoAConfigMap() {
        List<DestinationControl> controls = IntStream.range(0, MANY).mapToObj(i -> control("partner-" + i, 1, TlsMode.RequiredVerify, "mail.partner-" + i + ".example", ".partner-" + i + ".example")).toList();
        assertThat(PlanParts.split(compile(controls, null).plan(), 1).parts().values()).allSatisfy(json -> assertThat(json.length()).isLessThan(1_000_000));
    }

    @Test
    void whatIsHeldIsLetGoOnlyWhenItsControlIsGoodOrGone() {
        CompiledPlan good = compile(List.of(control("a", 1, TlsMode.Preferred, "a.example")), null);
        DestinationControl broken = control("a", 2, TlsMode.RequiredVerify, "a.example", "bad_domain");
        CompiledPlan held = compile(List.of(broken), good);
        CompiledPlan stillHeld = compile(List.of(control("a", 3, TlsMode.Preferred, "b.example", "bad_domain")), held);
        CompiledPlan letGo = compile(List.of(control("a", 4, TlsMode.Preferred, "b.example")), stillHeld);
        CompiledPlan deleted = compile(List.of(), stillHeld);

        assertThat(held.plan().destinations()).singleElement().satisfies(d -> {
            assertThat(d.held()).startsWith("spec.destinations[1]: 'bad_domain' is not a recipient domain");
            assertThat(d.destinations()).containsExactly("a.example");
            assertThat(d.tls().mode()).isEqualTo(TlsMode.RequiredVerify);
        });
        assertThat(stillHeld.plan().destinations()).singleElement().satisfies(d -> {
            assertThat(d.held()).isNotNull();
            assertThat(d.destinations()).containsExactlyInAnyOrder("a.example", "b.example");
        });
        assertThat(letGo.plan().destinations()).singleElement().satisfies(d -> {
            assertThat(d.held()).isNull();
            assertThat(d.destinations()).containsExactly("b.example");
        });
        assertThat(deleted.plan().destinations()).isEmpty();
    }

    @Test
    void withoutTheKeyOfItsClientCertificateNoEarlierFormIsInForce() {
        Path cases = Path.of("src/test/resources/plan");
        var secrets = new Manifests().add(cases.resolve("common/in-resources.yaml")).add(cases.resolve("common/in-secrets.yaml"));
        GatewayPlan good = PlanCompiler.compile(secrets.add(cases.resolve("client-certificate-broken/previous-resources.yaml")).resources(), null, Map.of(), READER, NOW).plan();
        assertThat(good.certificates()).extracting(CertificatePlan::name).containsExactly("mail", "other");
        ResourceSet deleted = new Manifests().add(cases.resolve("client-certificate-deleted/in-resources.yaml")).resources();
        String mail = secrets.resources().keyPairs().get("mail").key();

        assertThat(PlanCompiler.compile(deleted, good, Map.of(), READER, NOW).plan()).as("the gateway's key is lost").isNull();
        assertThat(PlanCompiler.compile(deleted, good, Map.of("mail", mail), READER, NOW).plan().destinations())
                .filteredOn(d -> d.name().equals("own")).as("the destination's key is lost").singleElement()
                .satisfies(d -> assertThat(d.held()).startsWith("spec.certificateRef.name: "));
    }

    @Test
    void aPlanHasNoKeyInItsText() {
        CompiledPlan compiled = new CompiledPlan(compile(List.of(), null).plan(), Map.of("mail", "-----BEGIN PRIVATE KEY-----"), List.of(), List.of(), Instant.MAX);
        assertThat(compiled.toString()).contains("keys of [mail]").doesNotContain("PRIVATE KEY");
        assertThat(new ResourceSet.KeyPairPem("s", "c", "-----BEGIN PRIVATE KEY-----")).hasToString("KeyPairPem[s]");
        assertThat(new ServedCertificate(new CertificatePlan(new ResourceRef("Certificate", "mail", "c", "", 1), "PEM", "00"), "-----BEGIN PRIVATE KEY-----"))
                .hasToString("ServedCertificate[c]");
    }

    @Test
    void sessionTicketKeysGoOnThoughTheGatewayIsInForceInAnEarlierForm() {
        CompiledPlan good = compile(List.of(), null);
        var broken = new MailGateway();
        broken.setMetadata(new ObjectMetaBuilder().withName("default").withNamespace("mail").withGeneration(2L).build());
        broken.setSpec(new MailGatewaySpec());
        broken.getSpec().hostname = "not a name";
        List<String> keys = TicketKeyring.begin(NOW, new SecureRandom()).keys();

        var resources = new ResourceSet(broken, List.of(), List.of(), List.of(), List.of(), Map.of(), Map.of(), keys);
        CompiledPlan compiled = PlanCompiler.compile(resources, good.plan(), good.keys(), READER, NOW);

        assertThat(compiled.stale()).containsExactly("MailGateway/default");
        assertThat(compiled.plan().settings().ticketKeys()).hasSize(2);
        assertThat(TicketKeys.of(compiled.plan().settings().ticketKeys(), compiled.keys())).hasSize(2);
        assertThat(resources + compiled.toString() + PlanParts.split(compiled.plan(), 1)).doesNotContain(keys);
    }

    private static CompiledPlan compile(List<DestinationControl> controls, CompiledPlan before) {
        var gateway = new MailGateway();
        gateway.setMetadata(new ObjectMetaBuilder().withName("default").withNamespace("mail").withGeneration(1L).build());
        gateway.setSpec(new MailGatewaySpec());
        gateway.getSpec().hostname = "mail.example.com";
        var resources = new ResourceSet(gateway, List.of(), List.of(), controls, List.of(), Map.of(), Map.of());
        return before == null ? PlanCompiler.compile(resources, null, Map.of(), READER, NOW) : PlanCompiler.compile(resources, before.plan(), before.keys(), READER, NOW);
    }

    private static DestinationControl control(String name, long generation, TlsMode mode, String... domains) {
        var control = new DestinationControl();
        control.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("mail").withGeneration(generation).build());
        control.setSpec(new DestinationControlSpec());
        control.getSpec().destinations = List.of(domains);
        control.getSpec().tls.mode = mode;
        return control;
    }
}
