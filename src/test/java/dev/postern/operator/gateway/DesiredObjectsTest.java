package dev.postern.operator.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.ServiceType;
import dev.postern.api.ListenerSpec;
import dev.postern.api.LocalRef;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewaySpec;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every object of a gateway as YAML, beside what is checked in; {@code -Dpostern.golden=write} writes it anew. */
class DesiredObjectsTest {
    private static final Path FOLDER = Path.of("src/test/resources/operator");

    @Test
    void plainGateway() throws IOException {
        MailGateway gateway = gateway();
        golden("statefulset.yaml", WorkloadObject.statefulSet(gateway, "registry.test/postern:1", WorkloadObject.Claim.of(gateway.getSpec().storage)));
        golden("service-pods.yaml", NetworkObjects.pods(gateway));
        golden("service-listener.yaml", NetworkObjects.listener(gateway, listener("public", 25), new ListenerSpec.Service()));
        golden("poddisruptionbudget.yaml", NetworkObjects.disruptionBudget(gateway));
        golden("serviceaccount.yaml", AccessObjects.serviceAccount(gateway));
        golden("role.yaml", AccessObjects.role(gateway));
        golden("rolebinding.yaml", AccessObjects.roleBinding(gateway));
        golden("configmap-index.yaml", PlanObjects.index(gateway, new PlanParts.Index("0123456789abcdef", 7, Map.of("core", "aa", "destinations-00", "bb"))));
        golden("configmap-part.yaml", PlanObjects.part(gateway, "destinations-00", "{\"destinations\":[]}"));
        golden("secret-keys.yaml", PlanObjects.keys(gateway, Map.of("mail", "not a key")));
        golden("configmap-serving.yaml", PlanObjects.serving(gateway));
        golden("configmap-deliveries.yaml", PlanObjects.deliveries(gateway));
    }

    @Test
    void everyExtra() throws IOException {
        MailGateway gateway = gateway();
        var spec = gateway.getSpec();
        spec.replicas = 3;
        spec.storage.size = new Quantity("50Gi");
        spec.storage.storageClassName = "fast";
        spec.storage.encryption = new MailGatewaySpec.Encryption();
        spec.storage.encryption.keySecretRef = new LocalRef("spool-keys");
        spec.resources = new ResourceRequirementsBuilder().withLimits(Map.of("memory", new Quantity("1Gi"))).build();
        spec.pod.labels = Map.of("team", "mail", "postern.dev/gateway", "not taken");
        spec.pod.annotations = Map.of("note", "x");
        spec.pod.nodeSelector = Map.of("disk", "ssd");
        spec.pod.tolerations = List.of(new TolerationBuilder().withKey("mail").withOperator("Exists").build());
        spec.pod.priorityClassName = "high";
        golden("statefulset-extras.yaml", WorkloadObject.statefulSet(gateway, "mirror.test/postern:2", WorkloadObject.Claim.of(spec.storage)));
        var service = new ListenerSpec.Service();
        service.type = ServiceType.LoadBalancer;
        service.annotations = Map.of("balancer", "internal");
        golden("service-loadbalancer.yaml", NetworkObjects.listener(gateway, listener("public", 465), service));
    }

    @Test
    void serviceNamesAreShortAndNeverThePods() {
        MailGateway gateway = gateway();
        assertThat(NetworkObjects.serviceName(gateway, "public")).isEqualTo("edge-public");
        assertThat(NetworkObjects.serviceName(gateway, "pods")).isNotEqualTo("edge-pods").startsWith("edge-pods-");
        String longName = NetworkObjects.serviceName(gateway, "x".repeat(63));
        assertThat(longName).hasSizeLessThanOrEqualTo(63).isNotEqualTo(NetworkObjects.serviceName(gateway, "x".repeat(62)));
    }

    private static void golden(String file, HasMetadata object) throws IOException {
        String yaml = Serialization.asYaml(object);
        Path path = FOLDER.resolve(file);
        if ("write".equals(System.getProperty("postern.golden"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(path, yaml);
        }
        assertThat(yaml).isEqualTo(Files.readString(path));
    }

    private static MailGateway gateway() {
        var gateway = new MailGateway();
        gateway.setMetadata(new ObjectMetaBuilder().withNamespace("mail").withName("edge").withUid("11111111-2222-3333-4444-555555555555").withGeneration(1L).build());
        gateway.setSpec(new MailGatewaySpec());
        gateway.getSpec().hostname = "mail.example.com";
        return gateway;
    }

    private static ListenerPlan listener(String name, int port) {
        return ListenerPlan.of(new ResourceRef("Listener", "mail", name, "u", 1), ListenerSpec.Type.Public, port, "mail.example.com", List.of(), ListenerPlan.Tls.STANDARD,
                List.of(), List.of());
    }
}
