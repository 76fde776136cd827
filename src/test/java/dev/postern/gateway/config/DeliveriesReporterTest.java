package dev.postern.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.gateway.config.DeliveriesReporter.Pace;
import dev.postern.gateway.report.DestinationOutcomes;
import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.gateway.report.TlsResult;
import dev.postern.plan.DeliveryReport;
import dev.postern.plan.PlanNames;
import dev.postern.plan.ResourceRef;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reports of a pod with a pod's rights, on a real API server. */
@Timeout(120)
class DeliveriesReporterTest {
    private static final Pace NEVER_OTHERS = new Pace(Duration.ofMillis(100), Duration.ofHours(1), Duration.ofHours(1));
    private final KubernetesServer server = KubernetesServer.shared();
    private final ClusterPlan cluster = new ClusterPlan(server);
    private final DestinationOutcomes outcomes = new DestinationOutcomes();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private void result(String control, String domain, Outcome outcome) {
        outcomes.result(new TlsResult(Instant.now(), new ResourceRef("DestinationControl", "mail", control, "u", 1), domain, outcome, "mx." + domain,
                InetAddress.getLoopbackAddress(), null, false, outcome == Outcome.FAILED ? "NotOffered" : null, "x".repeat(200), Policy.NONE));
    }

    private ConfigMap map() {
        return server.client().configMaps().inNamespace(cluster.namespace).withName(PlanNames.deliveries(ClusterPlan.GATEWAY)).get();
    }

    private DeliveryReport told() {
        String json = map().getData() == null ? null : map().getData().get("gateway-0");
        return json == null ? null : DeliveryReport.parse(json);
    }

    private DeliveriesReporter reporter(KubernetesClient client, Pace pace) {
        return new DeliveriesReporter(client, cluster.namespace, ClusterPlan.GATEWAY, "gateway-0", "uid-0", outcomes, pace, meters);
    }

    @Test
    void failuresAreToldSoonAndWhatWentWellAtLeisure() {
        try (KubernetesClient client = cluster.podClient(); var reporter = reporter(client, NEVER_OTHERS)) {
            reporter.start();
            result("partner", "a.test", Outcome.VERIFIED);
            await().until(() -> told() != null);
            assertThat(told().podUid()).isEqualTo("uid-0");
            String version = map().getMetadata().getResourceVersion();
            result("partner", "a.test", Outcome.VERIFIED);
            result("partner", "b.test", Outcome.ENCRYPTED);
            await().during(Duration.ofMillis(500)).until(() -> map().getMetadata().getResourceVersion().equals(version));
            result("partner", "b.test", Outcome.FAILED);
            await().until(() -> told().controls().get("partner").failed() == 1);
            assertThat(told().controls().get("partner").verified()).isEqualTo(2);
        }
    }

    @Test
    void whereAllPodsTogetherAreTooMuchEachTellsLess() {
        server.client().configMaps().inNamespace(cluster.namespace).withName(PlanNames.deliveries(ClusterPlan.GATEWAY)).edit(m -> {
            m.setData(Map.of("others", "x".repeat((1 << 20) - (60 << 10))));
            return m;
        });
        for (int i = 0; i < 2000; i++) {
            result("control-" + i, "d" + i + ".test", Outcome.FAILED);
        }
        try (KubernetesClient client = cluster.podClient(); var reporter = reporter(client, NEVER_OTHERS)) {
            reporter.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> told() != null);
        }
        assertThat(told().controls()).isNotEmpty().containsKey("control-1999");
        assertThat(told().omitted()).isPositive();
        assertThat(meters.get("postern.deliveries.failures").counter().count()).isGreaterThanOrEqualTo(2);
    }
}
