package dev.postern.operator;

import dev.postern.api.Certificate;
import dev.postern.api.DestinationControl;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import dev.postern.api.MailGateway;
import dev.postern.api.PosternStatus;
import dev.postern.dns.Dns;
import dev.postern.operator.certificate.verify.KnownRoots;
import dev.postern.operator.status.ConditionSet;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ServingReport;
import dev.postern.testing.KubernetesServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** An operator that runs in this JVM, on a namespace of its own of the real API server, and what a test does beside it. */
final class OperatorFixture implements AutoCloseable {
    private static final List<Class<? extends HasMetadata>> OWNED = List.of(ConfigMap.class, Secret.class, Service.class, ServiceAccount.class,
            StatefulSet.class, PodDisruptionBudget.class, Role.class, RoleBinding.class);

    final KubernetesClient client;
    final String namespace;
    /** Of the operator that runs now. */
    volatile SimpleMeterRegistry meters;
    /** Added to the time by which the operator goes. */
    volatile Duration ahead = Duration.ZERO;
    private final Dns dns;
    private final KnownRoots roots;
    private Operator operator;
    private OperatorRuntime runtime;

    /** An operator that looks no MX records up. */
    OperatorFixture() {
        this(null, new KnownRoots());
    }

    /** @param dns null where nobody is to be asked */
    OperatorFixture(Dns dns, KnownRoots roots) {
        this.dns = dns;
        this.roots = roots;
        KubernetesServer server = KubernetesServer.shared();
        server.installCrds();
        client = server.client();
        namespace = server.namespace();
        start();
    }

    void start() {
        start(client);
    }

    /** @param itsOwn what the operator goes by, which may have fewer rights */
    void start(KubernetesClient itsOwn) {
        try {
            launch(itsOwn);
        } catch (OperatorException e) {
            // A server that is busy with new kinds may drop the connection of a first list; a pod would be started anew.
            launch(itsOwn);
        }
    }

    private void launch(KubernetesClient itsOwn) {
        meters = new SimpleMeterRegistry();
        InstantSource clock = () -> Instant.now().plus(ahead);
        operator = new Operator(o -> o.withKubernetesClient(itsOwn).withCloseClientOnStop(false).withConcurrentReconciliationThreads(10));
        var settings = new OperatorSettings("registry.test/postern:1", "operator-under-test", Set.of(namespace), dns != null, List.of());
        runtime = new OperatorRuntime(itsOwn, settings, clock, meters, dns, roots);
        runtime.registerWith(operator);
        operator.start();
    }

    void stop() {
        operator.stop();
        runtime.close();
    }

    Operator operator() {
        return operator;
    }

    @Override
    public void close() {
        stop();
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    /** Creates or changes what the YAML says, as kubectl apply would. */
    void apply(String yaml) {
        for (HasMetadata item : client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items()) {
            item.getMetadata().setNamespace(namespace);
            client.resource(item).forceConflicts().serverSideApply();
        }
    }

    <T extends HasMetadata> T get(Class<T> kind, String name) {
        return client.resources(kind).inNamespace(namespace).withName(name).get();
    }

    <T extends HasMetadata> List<T> list(Class<T> kind) {
        return client.resources(kind).inNamespace(namespace).list().getItems();
    }

    /** Changes a resource by a JSON merge patch, whatever version it has by now. */
    void patch(Class<? extends HasMetadata> kind, String name, String json) {
        client.resources(kind).inNamespace(namespace).withName(name).patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }

    void delete(Class<? extends HasMetadata> kind, String name) {
        client.resources(kind).inNamespace(namespace).withName(name).delete();
    }

    /** The condition of the resource's present generation, or null. */
    <S extends PosternStatus, T extends CustomResource<?, S>> Condition condition(Class<T> kind, String name, String type) {
        T resource = get(kind, name);
        S status = resource.getStatus();
        if (status == null || !resource.getMetadata().getGeneration().equals(status.observedGeneration)) {
            return null;
        }
        return ConditionSet.find(status.conditions, type);
    }

    <S extends PosternStatus, T extends CustomResource<?, S>> Condition awaitCondition(Class<T> kind, String name, String type, String status, String reason) {
        return await().alias(kind.getSimpleName() + "/" + name + " " + type + "=" + status + " " + reason).until(() -> condition(kind, name, type),
                c -> c != null && c.getStatus().equals(status) && c.getReason().equals(reason));
    }

    /** Waits until a condition of the present generation says something. */
    <S extends PosternStatus, T extends CustomResource<?, S>> void awaitMessage(Class<T> kind, String name, String type, String text) {
        await().alias(kind.getSimpleName() + "/" + name + " " + type + ": " + text).until(() -> condition(kind, name, type),
                c -> c != null && c.getMessage().toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
    }

    PlanParts.Index index(String gateway) {
        ConfigMap map = get(ConfigMap.class, PlanNames.index(gateway));
        return map == null ? null : PlanParts.Index.parse(map.getData().get(PlanNames.INDEX_KEY));
    }

    /** Waits until nothing that the operator writes has changed for a while, and returns the versions of it all. */
    Map<String, String> settled() {
        return await().until(() -> {
            Map<String, String> before = versions();
            Thread.sleep(400);
            return before.equals(versions()) ? before : null;
        }, versions -> versions != null);
    }

    /** What a deletion with --cascade=orphan leaves: objects with their labels and without their owner. */
    void orphan() {
        for (Class<? extends HasMetadata> kind : OWNED) {
            for (HasMetadata object : list(kind)) {
                client.resources(kind).inNamespace(namespace).withName(object.getMetadata().getName()).edit(o -> {
                    o.getMetadata().setOwnerReferences(List.of());
                    return o;
                });
            }
        }
    }

    Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        List<Class<? extends HasMetadata>> kinds = new ArrayList<>(OWNED);
        kinds.addAll(List.of(MailGateway.class, Listener.class, MailFlowPolicy.class, DestinationControl.class, Certificate.class));
        for (Class<? extends HasMetadata> kind : kinds) {
            versions.putAll(list(kind).stream().collect(Collectors.toMap(o -> o.getKind() + "/" + o.getMetadata().getName(), o -> o.getMetadata().getResourceVersion())));
        }
        return versions;
    }

    /** What a kubelet does: a pod of the gateway that is ready. */
    Pod readyPod(String gateway, String name) {
        Pod pod = client.pods().inNamespace(namespace).resource(new PodBuilder()
                .withNewMetadata().withName(name).withLabels(Map.of(PlanNames.GATEWAY_LABEL, gateway)).endMetadata()
                .withNewSpec().addNewContainer().withName("gateway").withImage("none").endContainer().endSpec().build()).create();
        ready(pod, true);
        return pod;
    }

    void ready(Pod pod, boolean ready) {
        client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).editStatus(p -> {
            p.setStatus(new PodStatusBuilder().withPhase("Running")
                    .withConditions(new PodConditionBuilder().withType("Ready").withStatus(ready ? "True" : "False").build()).build());
            return p;
        });
    }

    /** What a gateway does: it tells that it serves a plan. */
    void serves(String gateway, Pod pod, ServingReport report) {
        tells(PlanNames.serving(gateway), pod, report.toJson());
    }

    /** What a gateway does: it writes its own entry into one of the ConfigMaps of reports. */
    void tells(String map, Pod pod, String json) {
        String entry = Serialization.asJson(Map.of("apiVersion", "v1", "kind", "ConfigMap",
                "metadata", Map.of("name", map, "namespace", namespace),
                "data", Map.of(pod.getMetadata().getName(), json)));
        client.resource(Serialization.unmarshal(entry, ConfigMap.class)).fieldManager(pod.getMetadata().getName()).forceConflicts().serverSideApply();
    }

    void serves(String gateway, Pod pod, PlanParts.Index index, Map<String, ServingReport.Served> listeners) {
        serves(gateway, pod, new ServingReport(pod.getMetadata().getUid(), index.revision(), index.serial(), null, listeners));
    }
}
