package dev.postern.operator;

import static dev.postern.operator.OperatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The operator on a real API server, from resources to objects, plan and status. */
class OperatorTest {
    private final OperatorFixture f = new OperatorFixture();

    @AfterEach
    void stop() {
        f.close();
    }

    @Test
    void everyObjectOfAGatewayIsBroughtAboutAndThenNothingMoreIsWritten() {
        f.apply(Samples.ALL);
        await().until(() -> f.index("edge"), i -> i != null && i.serial() >= 1);
        Map<String, String> settled = f.settled();

        assertThat(settled).containsKeys("StatefulSet/edge", "Service/edge-pods", "Service/edge-public", "PodDisruptionBudget/edge", "ServiceAccount/edge-gateway",
                "Role/edge-gateway", "RoleBinding/edge-gateway", "ConfigMap/edge-plan", "ConfigMap/edge-plan-core", "ConfigMap/edge-plan-destinations-15",
                "ConfigMap/edge-serving", "ConfigMap/edge-deliveries", "Secret/edge-plan-keys", "Secret/edge-tickets", "Secret/mail-tls");
        assertThat(f.get(Service.class, "edge-public").getSpec().getPorts()).singleElement().satisfies(p -> assertThat(p.getPort()).isEqualTo(25));
        assertThat(f.get(Secret.class, "edge-plan-keys").getData().keySet()).hasSize(3).contains("mail.key").allMatch(k -> k.equals("mail.key") || k.startsWith("_ticket-"));
        StatefulSet set = f.get(StatefulSet.class, "edge");
        assertThat(set.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage()).isEqualTo("registry.test/postern:1");
        assertThat(set.getMetadata().getOwnerReferences()).singleElement().satisfies(o -> assertThat(o.getUid()).isEqualTo(f.get(MailGateway.class, "edge").getMetadata().getUid()));

        for (int i = 0; i < 5; i++) {
            // What makes a gateway be looked at again, and changes nothing.
            f.client.configMaps().inNamespace(f.namespace).withName("edge-serving").edit(m -> {
                m.getMetadata().setAnnotations(new TreeMap<>(m.getMetadata().getAnnotations()));
                m.getMetadata().getAnnotations().put("test", Integer.toString(System.identityHashCode(m)));
                return m;
            });
        }
        Map<String, String> later = f.settled();
        later.remove("ConfigMap/edge-serving");
        settled.remove("ConfigMap/edge-serving");
        assertThat(later).isEqualTo(settled);
    }

    @Test
    void oneDestinationControlChangesOnePartAndTheIndex() {
        f.apply(Samples.ALL);
        for (int i = 0; i < 20; i++) {
            f.apply(Samples.destination("d" + i, "d" + i + ".test", "Preferred"));
        }
        Map<String, String> before = plan(f.settled());
        PlanParts.Index index = f.index("edge");

        f.apply(Samples.destination("d7", "d7.test", "RequiredVerify"));
        await().until(() -> f.index("edge").serial(), serial -> serial > index.serial());
        Map<String, String> after = plan(f.settled());

        after.entrySet().removeAll(before.entrySet());
        assertThat(after).hasSize(2).containsKey("ConfigMap/edge-plan");
        assertThat(f.index("edge").serial()).isEqualTo(index.serial() + 1);
    }

    @Test
    void programmedFollowsThePodsThatAreReady() {
        f.apply(Samples.ALL);
        f.settled();
        assertThat(f.condition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED).getReason()).isEqualTo("PodsNotReady");
        assertThat(f.condition(DestinationControl.class, "partner", ConditionTypes.RECONCILING).getStatus()).isEqualTo("True");

        Pod first = f.readyPod("edge", "edge-0");
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED, "False", "Pending");
        var listeners = Map.of("public", new ServingReport.Served(List.of("ab"), null));
        f.serves("edge", first, f.index("edge"), listeners);
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.READY, "True", "Ready");
        f.awaitCondition(MailFlowPolicy.class, "accepted", ConditionTypes.READY, "True", "Ready");
        f.awaitCondition(Listener.class, "public", ConditionTypes.READY, "True", "Ready");
        f.awaitCondition(Certificate.class, "mail", ConditionTypes.READY, "True", "Ready");
        f.awaitCondition(MailGateway.class, "edge", ConditionTypes.READY, "False", "PodsNotReady");
        assertThat(f.get(MailGateway.class, "edge").getStatus().serving).isEqualTo("1/2");
        assertThat(f.get(Listener.class, "public").getStatus().served).singleElement().satisfies(s -> assertThat(s.certificates).containsExactly("ab"));

        Pod second = f.readyPod("edge", "edge-1");
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED, "False", "Pending");
        // The entry of an earlier pod of that name does not count.
        f.serves("edge", second, new ServingReport("another-uid", f.index("edge").revision(), f.index("edge").serial(), null, listeners));
        f.settled();
        assertThat(f.condition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED).getStatus()).isEqualTo("False");
        f.serves("edge", second, f.index("edge"), listeners);
        f.awaitCondition(MailGateway.class, "edge", ConditionTypes.READY, "True", "Ready");
        assertThat(f.get(MailGateway.class, "edge").getStatus().serving).isEqualTo("2/2");

        f.serves("edge", second, f.index("edge"), Map.of("public", new ServingReport.Served(List.of(), "port 25 is taken")));
        assertThat(f.awaitCondition(Listener.class, "public", ConditionTypes.PROGRAMMED, "False", "PortUnavailable").getMessage())
                .contains("edge-1").contains("port 25 is taken");
        f.serves("edge", second, f.index("edge"), listeners);
        f.awaitCondition(Listener.class, "public", ConditionTypes.READY, "True", "Ready");

        // A change counts only where it is served; what did not change stays programmed meanwhile.
        PlanParts.Index old = f.index("edge");
        f.apply(Samples.destination("partner", "partner.test", "RequiredVerify"));
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED, "False", "Pending");
        assertThat(f.condition(MailFlowPolicy.class, "accepted", ConditionTypes.PROGRAMMED).getStatus()).isEqualTo("True");
        f.serves("edge", first, f.index("edge"), listeners);
        f.serves("edge", second, new ServingReport(second.getMetadata().getUid(), old.revision(), old.serial(), "part core is damaged", listeners));
        assertThat(f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED, "False", "PlanRefused").getMessage()).contains("edge-1", "part core is damaged");
        f.ready(second, false);
        f.awaitCondition(DestinationControl.class, "partner", ConditionTypes.PROGRAMMED, "True", "Programmed");
    }

    @Test
    void anOperatorThatStartsAgainKeepsTheSerialAndWritesNothing() {
        f.apply(Samples.ALL);
        Map<String, String> before = f.settled();
        PlanParts.Index index = f.index("edge");
        f.stop();
        f.start();
        assertThat(f.settled()).isEqualTo(before);

        // The last good form of a listener survives the operator too.
        f.stop();
        f.apply(Samples.LISTENER.replace("policyRef: {name: accepted}", "policyRef: {name: absent}"));
        f.start();
        f.awaitCondition(Listener.class, "public", ConditionTypes.PROGRAMMED, "False", "LastGoodInForce");
        assertThat(f.index("edge").revision()).isEqualTo(index.revision());
        assertThat(f.index("edge").serial()).isEqualTo(index.serial());
    }

    @Test
    void whatSomeoneChangedOrDeletedIsPutRight() {
        f.apply(Samples.ALL);
        f.settled();
        PlanParts.Index index = f.index("edge");
        f.delete(ConfigMap.class, "edge-plan-core");
        f.delete(Service.class, "edge-public");
        f.client.services().inNamespace(f.namespace).withName("edge-pods").edit(s -> {
            s.getSpec().setPublishNotReadyAddresses(false);
            return s;
        });
        await().untilAsserted(() -> {
            assertThat(f.get(ConfigMap.class, "edge-plan-core")).isNotNull();
            assertThat(f.get(Service.class, "edge-public")).isNotNull();
            assertThat(f.get(Service.class, "edge-pods").getSpec().getPublishNotReadyAddresses()).isTrue();
        });
        assertThat(f.index("edge")).isEqualTo(index);
    }

    @Test
    void aServiceChangesItsTypeAndBack() {
        f.apply(Samples.ALL.replace("  port: 25\n", "  port: 25\n  service: {type: LoadBalancer, annotations: {a: b}}\n"));
        await().until(() -> f.get(Service.class, "edge-public"), s -> s != null && "Local".equals(s.getSpec().getExternalTrafficPolicy()));
        f.apply(Samples.LISTENER);
        await().untilAsserted(() -> {
            Service service = f.get(Service.class, "edge-public");
            assertThat(service.getSpec().getType()).isEqualTo("ClusterIP");
            assertThat(service.getSpec().getExternalTrafficPolicy()).isNull();
            assertThat(service.getMetadata().getAnnotations()).doesNotContainKey("a");
        });
    }

    @Test
    void aBurstOfDestinationControlsIsCompiledFarFewerTimesThanTheyAre() {
        f.apply(Samples.ALL);
        f.settled();
        long before = f.meters.get("postern.operator.plan.compilation").timer().count();
        int many = 300;
        f.apply(IntStream.range(0, many).mapToObj(i -> Samples.destination("d" + i, "d" + i + ".test", "Required")).collect(Collectors.joining("---\n")));
        f.awaitCondition(DestinationControl.class, "d" + (many - 1), ConditionTypes.ACCEPTED, "True", "Accepted");
        f.settled();
        assertThat(f.list(DestinationControl.class)).allSatisfy(d -> assertThat(d.getStatus().conditions).isNotEmpty());
        assertThat(f.meters.get("postern.operator.plan.compilation").timer().count() - before).isLessThan(many / 2);
        assertThat(f.meters.get("postern.operator.problems").tags("kind", "DestinationControl", "severity", "invalid").gauge().value()).isZero();
    }

    private static Map<String, String> plan(Map<String, String> versions) {
        Map<String, String> plan = new TreeMap<>(versions);
        plan.keySet().removeIf(name -> !name.startsWith("ConfigMap/" + PlanNames.index("edge")) && !name.startsWith("Secret/" + PlanNames.keys("edge")));
        return plan;
    }
}
