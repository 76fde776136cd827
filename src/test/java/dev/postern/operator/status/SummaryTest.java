package dev.postern.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ConditionTypes;
import dev.postern.operator.status.Verdict.Form;
import dev.postern.plan.Problem;
import dev.postern.plan.Problem.Severity;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final ResourceRef RESOURCE = new ResourceRef("MailFlowPolicy", "mail", "p", "uid", 3);
    private static final ResourceRef GATEWAY = new ResourceRef("MailGateway", "mail", "edge", "g", 1);

    @Test
    void anInvalidResourceIsStalledWhateverElseItIs() {
        var set = summary(Form.STALE, List.of(problem(Severity.INVALID, "InvalidValue"), problem(Severity.UNRESOLVED, "PolicyNotFound")));
        assertThat(text(set)).containsExactly("Accepted=False InvalidValue", "ResolvedRefs=False PolicyNotFound", "Programmed=False LastGoodInForce",
                "Ready=False InvalidValue", "Stalled=True InvalidValue");
    }

    @Test
    void whatIsUnresolvedMayResolveAndIsNotStalled() {
        assertThat(text(summary(Form.REJECTED, List.of(problem(Severity.UNRESOLVED, "SecretNotFound"))))).containsExactly("Accepted=True Accepted",
                "ResolvedRefs=False SecretNotFound", "Programmed=False LeftOut", "Ready=False SecretNotFound");
    }

    @Test
    void aWarningIsToldAndHoldsNothingUp() {
        var set = summary(Form.CURRENT, List.of(problem(Severity.WARNING, "NotVerifiable")));
        assertThat(text(set)).containsExactly("Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs", "Programmed=True Programmed", "Ready=True Ready");
        assertThat(set.get(ConditionTypes.READY).getMessage()).contains("spec.x: told");
    }

    @Test
    void whatNothingUsesIsReadyThoughItIsNowhere() {
        assertThat(text(summary(Form.UNUSED, List.of()))).contains("Programmed=False Unused", "Ready=True Unused");
    }

    @Test
    void heldMailAndAMissingPlanAreNotReady() {
        assertThat(text(summary(Form.HELD, List.of(problem(Severity.UNRESOLVED, "TrustBundleNotFound"))))).contains("Programmed=False MailHeld", "Ready=False TrustBundleNotFound");
        assertThat(text(summary(Form.NO_PLAN, List.of()))).contains("Programmed=False NoPlan", "Ready=False NoPlan");
    }

    @Test
    void readyPodsDecideAndNoOthers() {
        assertThat(Programming.served(5, state(2, pod("a", true, 5, null), pod("b", false, 1, null))).inForce()).isTrue();
        assertThat(Programming.served(5, state(2, pod("a", true, 5, null), pod("b", true, 4, null)))).satisfies(p -> {
            assertThat(p.underWay()).isTrue();
            assertThat(p.message()).contains("b");
        });
        assertThat(Programming.served(5, state(2, new PodView("a", true, null))).reason()).isEqualTo("Pending");
        assertThat(Programming.served(5, state(1, pod("a", true, 4, "digest differs"))).message()).isEqualTo("pod a refused the plan: digest differs");
        assertThat(Programming.served(5, state(1)).reason()).isEqualTo("PodsNotReady");
        assertThat(Programming.served(5, state(0)).reason()).isEqualTo("NoPods");
    }

    @Test
    void theTimeOfATransitionIsKeptWhileTheStatusIs() {
        List<Condition> first = new ConditionSet(List.of(), 1, at("2026-01-01T00:00:00.123Z")).put("Ready", false, "A", "a").build();
        List<Condition> second = new ConditionSet(first, 2, at("2026-01-02T00:00:00Z")).put("Ready", false, "B", "b").build();
        assertThat(second.getFirst().getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(second.getFirst().getObservedGeneration()).isEqualTo(2);
        assertThat(new ConditionSet(second, 2, at("2026-01-03T00:00:00Z")).put("Ready", true, "C", "c").build().getFirst().getLastTransitionTime())
                .isEqualTo("2026-01-03T00:00:00Z");
        assertThat(new ConditionSet(List.of(), 1, at("2026-01-01T00:00:00Z")).put("Ready", true, "C", "x".repeat(40_000)).get("Ready").getMessage()).hasSize(2000);
    }

    private static ConditionSet summary(Form form, List<Problem> problems) {
        var set = new ConditionSet(List.of(), 3, at("2026-01-01T00:00:00Z"));
        Summary.of(set, problems, Programming.of(new Verdict(RESOURCE, problems, form, "entry", 5, "held: because"), state(1, pod("a", true, 5, null))), List.of());
        return set;
    }

    private static GatewayState state(int wanted, PodView... pods) {
        return new GatewayState(GATEWAY, "r", 5, wanted, List.of(pods), Map.of(), Map.of());
    }

    private static PodView pod(String name, boolean ready, long serial, String refused) {
        return new PodView(name, ready, new ServingReport("u", "r", serial, refused, Map.of()));
    }

    private static Problem problem(Severity severity, String reason) {
        return new Problem(RESOURCE, "spec.x", severity, reason, "told");
    }

    private static List<String> text(ConditionSet set) {
        return set.build().stream().map(c -> c.getType() + "=" + c.getStatus() + " " + c.getReason()).toList();
    }

    private static InstantSource at(String instant) {
        return InstantSource.fixed(Instant.parse(instant));
    }
}
