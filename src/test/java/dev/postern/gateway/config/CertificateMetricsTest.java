package dev.postern.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.pki.Chains;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ServingReport;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertificateMetricsTest {
    private final PlanLoader loader = TestPlans.loader();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private static GatewayPlan showing(GatewayPlan plan, TestPlans.Pair client) {
        return new GatewayPlan(plan.gateway(), TestPlans.settings("mail.example.com", null, "client"), plan.listeners(), plan.policies(),
                List.of(plan.certificates().getFirst(), client.plan("client")), plan.trustBundles(), plan.destinations());
    }

    private ActivePlan load(GatewayPlan plan, TestPlans.Pair mail, TestPlans.Pair client) {
        return loader.load(new PlanSource.Written(PlanParts.split(plan, 1), Map.of("mail", mail.key(), "client", client.key())), null);
    }

    private List<String> series(String name) {
        return meters.scrape().lines().filter(l -> l.startsWith(name + "{")).toList();
    }

    private static long end(TestPlans.Pair pair) {
        return Chains.parse(pair.chain()).getFirst().getNotAfter().toInstant().getEpochSecond();
    }

    @Test
    void theSeriesAreThoseOfThePlanInForceAndNoOthers() {
        CertificateMetrics metrics = new CertificateMetrics(meters);
        metrics.follow(load(showing(TestPlans.plan("mail.example.com", TestPlans.ONE), TestPlans.TWO), TestPlans.ONE, TestPlans.TWO));
        assertThat(series("postern_listener_certificate_not_after_timestamp_seconds")).singleElement().asString()
                .contains("certificate=\"mail\"", "listener=\"public\"", "fingerprint=\"" + TestPlans.ONE.fingerprint() + "\"")
                .satisfies(line -> assertThat(Double.parseDouble(line.substring(line.lastIndexOf(' ')))).isEqualTo(end(TestPlans.ONE)));
        assertThat(series("postern_client_certificate_not_after_timestamp_seconds")).singleElement().asString()
                .contains("certificate=\"client\"", "fingerprint=\"" + TestPlans.TWO.fingerprint() + "\"").doesNotContain("listener=");

        metrics.follow(load(TestPlans.plan("mail.example.com", TestPlans.TWO), TestPlans.TWO, TestPlans.TWO));
        assertThat(series("postern_listener_certificate_not_after_timestamp_seconds")).singleElement().asString().contains(TestPlans.TWO.fingerprint());
        assertThat(series("postern_client_certificate_not_after_timestamp_seconds")).isEmpty();
    }

    @Test
    void theReportNamesWhatDeliveryShowsAndReadersOfAnyVersionTakeIt() {
        ActivePlan plan = load(showing(TestPlans.plan("mail.example.com", TestPlans.ONE), TestPlans.TWO), TestPlans.ONE, TestPlans.TWO);
        ServingReport report = Serving.report("uid", plan, null, Map.of());
        assertThat(report.clientCertificates()).isEqualTo(Map.of("client", TestPlans.TWO.fingerprint()));
        assertThat(ServingReport.parse(report.toJson())).isEqualTo(report);
        assertThat(ServingReport.parse("{\"podUid\":\"uid\",\"revision\":\"r\",\"serial\":1,\"listeners\":{}}").clientCertificates()).isEmpty();
        assertThat(ServingReport.parse("{\"podUid\":\"uid\",\"serial\":1,\"listeners\":{},\"ofALaterVersion\":{}}").podUid()).isEqualTo("uid");
    }
}
