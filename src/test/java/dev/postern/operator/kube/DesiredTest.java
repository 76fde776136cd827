package dev.postern.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DesiredTest {
    @Test
    void whatOthersFilledInDoesNotCount() {
        ConfigMap desired = desired(Map.of("a", "1"));
        ConfigMap live = new ConfigMapBuilder(desired).editMetadata().withUid("u").withResourceVersion("7").addToLabels("theirs", "x").endMetadata()
                .addToData("pod-0", "theirs").build();
        assertThat(Desired.matches(desired, live)).isTrue();
    }

    @Test
    void whatSomeoneChangedAndWhatIsNoLongerWantedCount() {
        ConfigMap desired = desired(Map.of("a", "1"));
        assertThat(Desired.matches(desired, new ConfigMapBuilder(desired).addToData("a", "2").build())).isFalse();
        // Every wanted field is there; the digest tells that more was wanted earlier.
        assertThat(Desired.matches(desired, desired(Map.of("a", "1", "b", "2")))).isFalse();
    }

    @Test
    void theDigestDoesNotDependOnItself() {
        ConfigMap once = desired(Map.of("a", "1"));
        String digest = once.getMetadata().getAnnotations().get(Desired.DIGEST);
        assertThat(Desired.withDigest(once).getMetadata().getAnnotations()).containsEntry(Desired.DIGEST, digest);
    }

    private static ConfigMap desired(Map<String, String> data) {
        return Desired.withDigest(new ConfigMapBuilder().withNewMetadata().withNamespace("n").withName("c").endMetadata().withData(new HashMap<>(data)).build());
    }
}
