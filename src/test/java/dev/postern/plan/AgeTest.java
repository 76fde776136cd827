package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who keeps what two resources want. */
class AgeTest {
    private static final Predicate<io.fabric8.kubernetes.api.model.HasMetadata> B_IN_FORCE = r -> r.getMetadata().getName().equals("b");

    @Test
    void theOlderComesFirstWhateverIsInForce() {
        assertThat(sorted(named("a", "2026-01-01T00:00:00Z"), named("b", "2026-01-02T00:00:00Z"))).containsExactly("a", "b");
    }

    @Test
    void ofOneAgeWhatIsInForceComesFirstAndNotTheAlphabet() {
        assertThat(sorted(named("a", null), named("b", null), named("c", null))).containsExactly("b", "a", "c");
    }

    @Test
    void whatNeverSawAnApiServerIsTheYoungest() {
        assertThat(sorted(named("b", null), named("a", "2026-01-01T00:00:00Z"))).containsExactly("a", "b");
    }

    private static List<String> sorted(ConfigMap... resources) {
        return Stream.of(resources).sorted(Age.oldestFirst(B_IN_FORCE)).map(r -> r.getMetadata().getName()).toList();
    }

    private static ConfigMap named(String name, String created) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withCreationTimestamp(created).endMetadata().build();
    }
}
