package dev.postern.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the operator is told by its environment. */
class OperatorSettingsTest {

    @Test
    void nothingSetMeansAllNamespacesAndTheSystemsNameServers() {
        assertThat(OperatorSettings.from(Map.of())).isEqualTo(new OperatorSettings(null, OperatorSettings.NAME, Set.of(), true, List.of()));
    }

    @Test
    void listsHaveCommasBetweenTheirParts() {
        var settings = OperatorSettings.from(Map.of("POSTERN_IMAGE", " postern:1 ", "POD_NAME", "operator-0", "POSTERN_WATCH_NAMESPACES", "a, b,",
                "POSTERN_OPERATOR_DNS", "192.0.2.53, [2001:db8::53]:5353"));
        assertThat(settings.image()).isEqualTo("postern:1");
        assertThat(settings.instance()).isEqualTo("operator-0");
        assertThat(settings.namespaces()).containsExactlyInAnyOrder("a", "b");
        assertThat(settings.nameServers()).containsExactly("192.0.2.53", "[2001:db8::53]:5353");
        assertThat(settings.mxLookups()).isTrue();
    }

    @Test
    void lookupsCanBeTurnedOff() {
        var settings = OperatorSettings.from(Map.of("POSTERN_OPERATOR_DNS", "Off"));
        assertThat(settings.mxLookups()).isFalse();
        assertThat(settings.nameServers()).isEmpty();
    }
}
