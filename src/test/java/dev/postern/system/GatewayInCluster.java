package dev.postern.system;

import dev.postern.testing.KubernetesServer;
import dev.postern.testing.PosternProcess;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;

/** Operator and gateway as processes beside an API server that has no nodes: a Pod object stands for the gateway's process. */
final class GatewayInCluster {
    private GatewayInCluster() {
    }

    /** The operator, for one namespace. */
    static PosternProcess operator(KubernetesServer kubernetes, String namespace) throws Exception {
        return PosternProcess.start(Map.of("KUBECONFIG", kubernetes.kubeconfig().toString(), "POSTERN_WATCH_NAMESPACES", namespace,
                "POSTERN_OPERATOR_NAMESPACE", namespace, "POSTERN_IMAGE", "postern:test"), "operator", "--http-port", "0");
    }

    /** The gateway's first pod, with the rights of the service account that the operator made and no others. */
    static PosternProcess start(KubernetesServer kubernetes, String namespace, String gateway, Path folder) throws Exception {
        StatefulSet set = Awaitility.await("the operator's StatefulSet").atMost(Duration.ofSeconds(60))
                .until(() -> kubernetes.client().apps().statefulSets().inNamespace(namespace).withName(gateway).get(), s -> s != null);
        var template = set.getSpec().getTemplate();
        Pod pod = kubernetes.client().pods().inNamespace(namespace).resource(new PodBuilder().withNewMetadata().withName(gateway + "-0")
                .withLabels(template.getMetadata().getLabels()).endMetadata()
                .withNewSpec().addNewContainer().withName("gateway").withImage("none").endContainer().endSpec().build()).create();
        String account = template.getSpec().getServiceAccountName();
        PosternProcess process = PosternProcess.start(Map.of("KUBECONFIG", kubernetes.tokenKubeconfig(namespace, account).toString(),
                "POD_NAME", pod.getMetadata().getName(), "POD_UID", pod.getMetadata().getUid(), "POD_NAMESPACE", namespace,
                "POSTERN_GATEWAY", gateway), "gateway", "--bind", "127.0.0.1", "--http-port", "0",
                "--spool", folder.resolve("spool").toString(), "--plan-folder", folder.resolve("plan").toString(),
                "--keys-folder", folder.resolve("keys").toString());
        process.awaitLine("a plan in force", l -> l.contains("in force"));
        markReady(kubernetes, pod);
        return process;
    }

    /** What the kubelet does when the readiness probe succeeds. */
    private static void markReady(KubernetesServer kubernetes, Pod pod) {
        kubernetes.client().pods().inNamespace(pod.getMetadata().getNamespace()).withName(pod.getMetadata().getName()).editStatus(p -> {
            p.setStatus(new PodStatusBuilder().withPhase("Running")
                    .withConditions(new PodConditionBuilder().withType("Ready").withStatus("True").build()).build());
            return p;
        });
    }

}
