package dev.postern.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ConditionTypes;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.operator.status.ConditionSet;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Two operators: one works, the other waits and takes over. */
class LeaderElectionTest {
    @Test
    void oneOfTwoWorksAndTheOtherTakesOver() {
        KubernetesServer server = KubernetesServer.shared();
        server.installCrds();
        String namespace = server.namespace();
        KubernetesClient client = server.client();
        Operator first = operator(client, namespace, "first");
        Operator second = operator(client, namespace, "second");
        try {
            first.start();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> holder(client, namespace).startsWith("first-"));
            second.start();
            assertThat(OperatorHealth.notReady(second)).isEmpty();
            apply(client, namespace, Samples.GATEWAY);
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> isSeen(client, namespace));
            // Written once, by the one that holds the lease.
            assertThat(client.events().v1().events().inNamespace(namespace).list().getItems()).allSatisfy(e -> assertThat(e.getReportingInstance()).isEqualTo("first"));

            first.stop();
            assertThat(OperatorHealth.notReady(first)).isPresent();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> holder(client, namespace).startsWith("second-"));
            apply(client, namespace, Samples.POLICY);
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                var policy = client.resources(MailFlowPolicy.class).inNamespace(namespace).withName("accepted").get();
                assertThat(policy.getStatus()).isNotNull();
                assertThat(ConditionSet.find(policy.getStatus().conditions, ConditionTypes.ACCEPTED).getStatus()).isEqualTo("True");
            });
        } finally {
            first.stop();
            second.stop();
        }
    }

    private static Operator operator(KubernetesClient client, String namespace, String name) {
        var settings = new OperatorSettings("registry.test/postern:1", name, Set.of(namespace), false, List.of());
        var operator = new Operator(o -> o.withKubernetesClient(client).withCloseClientOnStop(false).withConcurrentReconciliationThreads(4)
                .withLeaderElectionConfiguration(OperatorBeans.leaderElection(settings, namespace, false)));
        new OperatorRuntime(client, settings, Clock.systemUTC(), new SimpleMeterRegistry()).registerWith(operator);
        return operator;
    }

    private static String holder(KubernetesClient client, String namespace) {
        Lease lease = client.leases().inNamespace(namespace).withName(OperatorSettings.NAME).get();
        return lease == null || lease.getSpec().getHolderIdentity() == null ? "" : lease.getSpec().getHolderIdentity();
    }

    private static boolean isSeen(KubernetesClient client, String namespace) {
        var gateway = client.resources(MailGateway.class).inNamespace(namespace).withName("edge").get();
        return gateway.getStatus() != null && gateway.getStatus().revision != null;
    }

    private static void apply(KubernetesClient client, String namespace, String yaml) {
        var resource = Serialization.<HasMetadata>unmarshal(yaml);
        resource.getMetadata().setNamespace(namespace);
        client.resource(resource).serverSideApply();
    }
}
