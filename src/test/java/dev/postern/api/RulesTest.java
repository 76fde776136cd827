package dev.postern.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the tables of ApiCases do not show: resources that no schema has seen. */
class RulesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void nullCountsAsAbsent() throws JsonProcessingException {
        assertThat(Rules.check(read(Certificate.class, "{\"source\": {\"demo\": {}}, \"dnsNames\": null, \"subject\": null}"))).isEmpty();
        assertThat(Rules.check(read(Certificate.class, "{\"source\": null}"))).isEmpty();
        assertThat(Rules.check(read(Listener.class, "{\"type\": \"Private\", \"recipientAccess\": null, \"hostAccess\": null}"))).isEmpty();
        assertThat(Rules.check(read(Listener.class, "{\"hostAccess\": [null, {\"senderGroup\": null}, {\"senderGroup\": null}]}"))).isEmpty();
        assertThat(Rules.check(read(MailFlowPolicy.class, "{\"limits\": null}"))).isEmpty();
        assertThat(Rules.check(read(MailFlowPolicy.class, "{\"limits\": {\"maxMessageSize\": null}}"))).isEmpty();
        assertThat(Rules.check(read(DestinationControl.class, "{\"destinations\": null, \"default\": null}"))).singleElement()
                .isEqualTo(new Rules.Violation("spec.destinations", "give either destinations or default: true"));
        for (var kind : CrdFiles.KINDS) {
            assertThat(Rules.check(read(kind, "null"))).isEmpty();
        }
    }

    @Test
    void otherKindsHaveNoRules() {
        assertThat(Rules.check(new ConfigMap())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1Gi", "10GB", "1e999999999", "ten"})
    void aMalformedSizeIsOutOfBounds(String size) throws JsonProcessingException {
        MailFlowPolicy policy = read(MailFlowPolicy.class, "{}");
        policy.getSpec().limits.maxMessageSize = new Quantity();
        policy.getSpec().limits.maxMessageSize.setAmount(size);

        assertThat(Rules.check(policy)).extracting(Rules.Violation::field).containsExactly("spec.limits.maxMessageSize");
    }

    private static <T> T read(Class<T> kind, String spec) throws JsonProcessingException {
        return JSON.readValue("{\"metadata\": {\"name\": \"a\"}, \"spec\": " + spec + "}", kind);
    }
}
