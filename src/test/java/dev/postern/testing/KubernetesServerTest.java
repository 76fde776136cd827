package dev.postern.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubernetesServerTest {
    private final KubernetesServer server = KubernetesServer.shared();

    @Test
    void kubectlReadsWhatTheClientWrote() {
        String namespace = server.namespace();
        server.client().configMaps().inNamespace(namespace)
                .resource(new ConfigMapBuilder().withNewMetadata().withName("hello").endMetadata().withData(Map.of("a", "b")).build()).serverSideApply();
        assertThat(server.kubectl("get", "configmap", "hello", "-n", namespace, "-o", "jsonpath={.data.a}")).isEqualTo("b");
    }

    @Test
    void kubectlFailsWithItsOwnWords() {
        assertThatThrownBy(() -> server.kubectl("get", "nonsense")).isInstanceOf(AssertionError.class).hasMessageContaining("nonsense");
    }

    @Test
    void aTokenHasOnlyTheRightsOfItsRole() {
        String namespace = server.namespace();
        var file = server.tokenKubeconfig(namespace, "someone");
        server.kubectl("create", "role", "one", "-n", namespace, "--verb=get", "--resource=configmaps", "--resource-name=one");
        server.kubectl("create", "rolebinding", "one", "-n", namespace, "--role=one", "--serviceaccount=" + namespace + ":someone");
        try (var client = KubernetesServer.clientOf(file)) {
            assertThat(client.configMaps().inNamespace(namespace).withName("one").get()).isNull();
            assertThatThrownBy(() -> client.configMaps().inNamespace(namespace).withName("two").get())
                    .isInstanceOf(KubernetesClientException.class).hasMessageContaining("forbidden");
        }
    }
}
