package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec;
import dev.postern.api.MailGatewaySpec.Dnssec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanPartsTest {
    private static final GatewayPlan PLAN = plan(destinations(200, "a"));

    @Test
    void joinsWhatItSplit() {
        assertThat(PlanParts.split(PLAN, 3).join()).isEqualTo(PLAN);
        GatewayPlan empty = plan(List.of());
        assertThat(PlanParts.split(empty, 3).join()).isEqualTo(empty);
    }

    @Test
    void theIndexSurvivesBeingWritten() {
        PlanParts.Index index = PlanParts.split(PLAN, 3).index();
        assertThat(PlanParts.Index.parse(index.toJson())).isEqualTo(index);
        assertThat(index.serial()).isEqualTo(3);
        assertThat(index.revision()).matches("[0-9a-f]{16}");
        assertThat(index.digests()).containsOnlyKeys(PlanParts.names());
    }

    @Test
    void everyPartIsNamedAndThereAreAsManyAsSaid() {
        assertThat(PlanParts.names()).hasSize(1 + PlanParts.DESTINATION_PARTS).startsWith("core", "destinations-00").endsWith("destinations-15").doesNotHaveDuplicates();
        assertThat(PlanParts.split(PLAN, 1).parts()).containsOnlyKeys(PlanParts.names());
    }

    @Test
    void partsHaveTheSameNamesWhateverTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(PlanParts.names()).contains("destinations-10");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void oneChangedDestinationChangesOnePart() {
        List<DestinationPlan> changed = new ArrayList<>(PLAN.destinations());
        DestinationPlan old = changed.get(77);
        changed.set(77, DestinationPlan.of(old.resource(), old.destinations(), false, DestinationPlan.Tls.of(TlsMode.Required, Identity.Hosted, null), null, DestinationPlan.Limits.of(20, 100), List.of(), null));
        PlanParts before = PlanParts.split(PLAN, 1);
        PlanParts after = PlanParts.split(plan(changed), 2);

        assertThat(PlanParts.names().stream().filter(n -> !before.parts().get(n).equals(after.parts().get(n)))).singleElement().asString().startsWith("destinations-");
        assertThat(PlanParts.names().stream().filter(n -> !before.index().digests().get(n).equals(after.index().digests().get(n)))).hasSize(1);
        assertThat(after.index().revision()).isNotEqualTo(before.index().revision());
    }

    @Test
    void oneAddedDestinationChangesOnePart() {
        List<DestinationPlan> more = new ArrayList<>(PLAN.destinations());
        more.addAll(destinations(1, "zz"));
        Map<String, String> before = PlanParts.split(PLAN, 1).parts();
        assertThat(PlanParts.split(plan(more), 1).parts().entrySet().stream().filter(p -> !before.get(p.getKey()).equals(p.getValue()))).hasSize(1);
    }

    @Test
    void destinationsAreSpreadOverAllParts() {
        assertThat(PlanParts.split(PLAN, 1).parts().values()).noneMatch(json -> json.equals("{\"destinations\":[]}"));
    }

    @Test
    void equalPlansHaveEqualPartsAndRevisionWhateverTheSerial() {
        GatewayPlan same = plan(destinations(200, "a"));
        assertThat(PlanParts.split(same, 9).parts()).isEqualTo(PlanParts.split(PLAN, 1).parts());
        assertThat(PlanParts.split(same, 9).index().revision()).isEqualTo(PlanParts.split(PLAN, 1).index().revision());
    }

    @Test
    void theOrderOfDestinationsDoesNotMatter() {
        List<DestinationPlan> reversed = new ArrayList<>(PLAN.destinations());
        Collections.reverse(reversed);
        assertThat(PlanParts.split(plan(reversed), 1)).isEqualTo(PlanParts.split(PLAN, 1));
    }

    @Test
    void digestsAndPartsOfVersionOneStayAsTheyAre() {
        // Gateways and operators of different versions agree on these.
        PlanParts parts = PlanParts.split(plan(destinations(1, "a")), 1);
        assertThat(parts.parts().get("core")).startsWith("{\"certificates\":[{\"chainPem\":\"PEM\",\"fingerprint\":\"00\",\"resource\":{\"generation\":1,\"kind\":\"Certificate\"");
        assertThat(parts.parts().entrySet().stream().filter(p -> p.getValue().contains("a000.example")).map(Map.Entry::getKey)).containsExactly("destinations-11");
        assertThat(parts.parts().values()).noneMatch(json -> json.contains("null"));
    }

    @Test
    void refusesATamperedPart() {
        PlanParts parts = PlanParts.split(PLAN, 1);
        for (String name : PlanParts.names()) {
            Map<String, String> tampered = new HashMap<>(parts.parts());
            tampered.merge(name, " ", String::concat);
            assertThatThrownBy(() -> new PlanParts(parts.index(), tampered).join()).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("part " + name + " does not match the index of revision " + parts.index().revision());
        }
    }

    @Test
    void refusesAMissingPart() {
        PlanParts parts = PlanParts.split(PLAN, 1);
        for (String name : PlanParts.names()) {
            Map<String, String> fewer = new HashMap<>(parts.parts());
            fewer.remove(name);
            assertThatThrownBy(() -> new PlanParts(parts.index(), fewer).join()).isInstanceOf(IllegalArgumentException.class).hasMessage("part " + name + " is missing");
        }
    }

    @Test
    void refusesAnIndexThatNamesPartsOfANewerVersionRatherThanMissThem() {
        PlanParts parts = PlanParts.split(PLAN, 1);
        Map<String, String> digests = new HashMap<>(parts.index().digests());
        digests.put("destinations-16", PlanParts.sha256("x"));
        var index = new PlanParts.Index(parts.index().revision(), 1, digests);
        assertThatThrownBy(() -> new PlanParts(index, parts.parts()).join()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("destinations-16 is of a newer version");
    }

    @Test
    void refusesARevisionThatIsNotThatOfTheDigests() {
        PlanParts parts = PlanParts.split(PLAN, 1);
        var index = new PlanParts.Index("0123456789abcdef", 1, parts.index().digests());
        assertThatThrownBy(() -> new PlanParts(index, parts.parts()).join()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0123456789abcdef");
    }

    @Test
    void refusesAFieldThatItDoesNotKnowSinceItCouldNotObeyIt() throws Exception {
        PlanParts parts = PlanParts.split(PLAN, 1);
        Map<String, String> newer = new HashMap<>(parts.parts());
        newer.computeIfPresent("core", (n, json) -> json.replaceFirst("\\{", "{\"blocked\":true,"));
        Map<String, String> digests = new TreeMap<>(parts.index().digests());
        digests.put("core", PlanParts.sha256(newer.get("core")));
        var index = new PlanParts.Index(PlanParts.sha256(new ObjectMapper().writeValueAsString(digests)).substring(0, 16), 1, digests);
        assertThatThrownBy(() -> new PlanParts(index, newer).join()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("blocked");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "{\"revision\":\"a\",\"serial\":1}", "{\"revision\":\"a\",\"serial\":\"x\",\"digests\":{}}", "{"})
    void refusesWhatIsNoIndex(String json) {
        assertThatThrownBy(() -> PlanParts.Index.parse(json)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("not a");
    }

    private static GatewayPlan plan(List<DestinationPlan> destinations) {
        var listener = ListenerPlan.of(ref("Listener", "public"), Type.Public, 2525, "mail.example.com", List.of("mail"), ListenerPlan.Tls.STANDARD,
                List.of(new ListenerPlan.SenderGroup("everyone", List.of("ALL"), "accept")), List.of(new ListenerPlan.RecipientRule(List.of("example.com"), Access.Accept)));
        var policy = PolicyPlan.of(ref("MailFlowPolicy", "accept"), Behavior.Accept, PolicyPlan.Tls.of(MailFlowPolicySpec.TlsMode.Preferred), PolicyPlan.Limits.of(1024, 10, 10, 10));
        var settings = new Settings("mail.example.com", new DestinationPlan.Retry(1, 2, 3), null, null, Settings.Alerts.EVENTS, new Settings.Dns(List.of("10.0.0.53"), Dnssec.Validate, List.of()), false, 100, 1000, null, List.of());
        return new GatewayPlan(ref("MailGateway", "default"), settings, List.of(listener), List.of(policy), List.of(new CertificatePlan(ref("Certificate", "mail"), "PEM", "00")),
                Map.of("b/ca.crt", "PEM", "a/ca.crt", "PEM"), destinations);
    }

    private static List<DestinationPlan> destinations(int count, String prefix) {
        return IntStream.range(0, count).mapToObj(i -> {
            String name = String.format(Locale.ROOT, "%s%03d", prefix, i);
            return DestinationPlan.of(ref("DestinationControl", name), List.of(name + ".example"), false, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), null, DestinationPlan.Limits.of(20, 100),
                    List.of(new DestinationPlan.Host("relay.example", 25, 0)), null);
        }).toList();
    }

    private static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, "mail", name, "", 1);
    }
}
