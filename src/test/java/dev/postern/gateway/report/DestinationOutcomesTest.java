package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.plan.DeliveryReport.Control;
import dev.postern.plan.DeliveryReport.Recent;
import dev.postern.plan.DeliveryReport;
import dev.postern.plan.ResourceRef;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DestinationOutcomesTest {
    private static final Instant START = Instant.parse("2026-11-06T10:00:00Z");
    private static final int PLENTY = 1 << 20;
    private final DestinationOutcomes outcomes = new DestinationOutcomes();
    private long seconds;

    private void result(String control, String uid, String domain, Outcome outcome, String detail) {
        outcomes.result(result(control, uid, domain, outcome, detail, START.plusSeconds(seconds++)));
    }

    private static TlsResult result(String control, String uid, String domain, Outcome outcome, String detail, Instant at) {
        boolean failed = outcome == Outcome.FAILED;
        try {
            return new TlsResult(at, new ResourceRef("DestinationControl", "mail", control, uid, 1), domain, outcome, "mx." + domain,
                    InetAddress.getByName("192.0.2.1"), null, false, failed ? "NotOffered" : null, detail, Policy.NONE);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Control control(String name) {
        return DeliveryReport.parse(outcomes.report("pod", PLENTY).toJson()).controls().get(name);
    }

    @Test
    void outcomesAreCountedAndTheLastOfEachDomainIsKeptWithItsLastFailure() {
        result("partner", "u", "a.test", Outcome.FAILED, "no STARTTLS\r\nX: y");
        result("partner", "u", "a.test", Outcome.VERIFIED, null);
        result("partner", "u", "b.test", Outcome.ENCRYPTED, null);
        result("partner", "u", "c.test", Outcome.FAILED, "still not");
        result("partner", "u", "d.test", Outcome.CLEAR, null);
        Control control = control("partner");
        assertThat(control).extracting(Control::verified, Control::encrypted, Control::clear, Control::failed).containsExactly(1L, 1L, 1L, 2L);
        assertThat(control.recent()).extracting(Recent::domain).containsExactly("c.test", "a.test", "d.test", "b.test");
        Recent mended = control.recent().get(1);
        assertThat(mended.outcome()).isEqualTo("Verified");
        assertThat(mended.time()).isEqualTo("2026-11-06T10:00:01Z");
        assertThat(mended.failure()).isEqualTo(new DeliveryReport.Failure("2026-11-06T10:00:00Z", "mx.a.test (192.0.2.1)", "NotOffered", "no STARTTLS\\r\\nX: y"));
    }

    @Test
    void ofManyDomainsThoseThatFailAreKept() {
        for (int i = 0; i < 15; i++) {
            result("default", "u", "bad" + i + ".test", Outcome.FAILED, "no");
        }
        for (int i = 0; i < 1000; i++) {
            result("default", "u", "good" + i + ".test", Outcome.ENCRYPTED, null);
        }
        assertThat(control("default").recent()).hasSize(20).extracting(Recent::domain).startsWith("bad14.test").contains("bad0.test", "good999.test").doesNotContain("good0.test");
        for (int i = 0; i < 30; i++) {
            result("default", "u", "worse" + i + ".test", Outcome.FAILED, "no");
        }
        assertThat(control("default").recent()).hasSize(20).allMatch(r -> r.domain().startsWith("worse"));
        assertThat(control("default").encrypted()).isEqualTo(1000);
    }

    @Test
    void aNewResourceOfTheNameBeginsAnew() {
        result("partner", "old", "a.test", Outcome.FAILED, "no");
        result("partner", "new", "a.test", Outcome.ENCRYPTED, null);
        assertThat(control("partner")).extracting(Control::uid, Control::failed, Control::encrypted).containsExactly("new", 0L, 1L);
    }

    @Test
    void aReportFitsItsBoundAndTellsOfFailuresFirst() {
        for (int i = 0; i < 3000; i++) {
            for (int d = 0; d < 3; d++) {
                result("control" + i, "uid-" + i, "d" + d + "." + i + ".test", i == 7 ? Outcome.FAILED : Outcome.ENCRYPTED, i == 7 ? "x".repeat(5000) : null);
            }
        }
        for (int bound : List.of(100 << 10, 200 << 10, 2 << 20)) {
            String json = outcomes.report("pod", bound).toJson();
            assertThat(json.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(bound);
            DeliveryReport report = DeliveryReport.parse(json);
            assertThat(report.controls().keySet().iterator().next()).isEqualTo("control7");
            assertThat(report.controls().size() + report.omitted()).isEqualTo(3000);
        }
        assertThat(outcomes.report("pod", 2 << 20).controls().get("control2999").recent()).hasSize(3);
        assertThat(outcomes.report("pod", 100 << 10).omitted()).isPositive();
    }

    @Test
    void failuresAndWhatMendsThemAreUrgent() {
        result("partner", "u", "a.test", Outcome.ENCRYPTED, null);
        long before = outcomes.version().failures();
        result("partner", "u", "b.test", Outcome.VERIFIED, null);
        assertThat(outcomes.version().failures()).isEqualTo(before);
        result("partner", "u", "a.test", Outcome.FAILED, "no");
        result("partner", "u", "a.test", Outcome.ENCRYPTED, null);
        assertThat(outcomes.version()).isEqualTo(new DestinationOutcomes.Version(4, before + 2));
    }

    @Test
    void eachDestinationControlHasACounterForEachOutcomeUpToABound() {
        var meters = new SimpleMeterRegistry();
        var metrics = new OutcomeMetrics(meters);
        for (int i = 0; i < 5000; i++) {
            metrics.result(result("c" + i, "u", "a.test", Outcome.CLEAR, null, START));
        }
        metrics.result(result("c1", "u", "b.test", Outcome.CLEAR, null, START));
        assertThat(meters.get("postern.delivery.outcomes").tags("resource", "DestinationControl/c1", "outcome", "clear").counter().count()).isEqualTo(2);
        assertThat(meters.get("postern.delivery.outcomes").tags("resource", "other", "outcome", "clear").counter().count()).isEqualTo(1000);
        assertThat(meters.get("postern.delivery.outcomes").counters()).hasSizeLessThanOrEqualTo(4004);
    }
}
