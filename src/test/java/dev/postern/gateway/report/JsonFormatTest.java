package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonFormatTest {
    private static final Instant AT = Instant.parse("2005-07-20T19:47:40.123Z");
    private final JsonFormat format = new JsonFormat();

    @Test
    void hasTimeLevelEventAndFields() {
        assertThat(format.line(AT, new MailEvent.InboundTls(5, "TLSv1.3", "TLS_AES_256_GCM_SHA384"))).isEqualTo(
                "{\"time\":\"2005-07-20T19:47:40.123Z\",\"level\":\"Info\",\"event\":\"InboundTls\",\"icid\":5,\"protocol\":\"TLSv1.3\","
                        + "\"cipher\":\"TLS_AES_256_GCM_SHA384\"}");
        assertThat(format.line(AT, new MailEvent.Notice(MailEvent.Level.Critical, "disk full"))).isEqualTo(
                "{\"time\":\"2005-07-20T19:47:40.123Z\",\"level\":\"Critical\",\"event\":\"Notice\",\"message\":\"disk full\"}");
        assertThat(format.line(AT, new MailEvent.DeliveryStart(8, 7, List.of(0, 2)))).endsWith("\"dcid\":8,\"mid\":7,\"rids\":[0,2]}");
    }

    @Test
    void everyEventIsOneObjectWithEveryFieldThatHasAValue() throws Exception {
        for (MailEvent event : MailEvents.GOLDEN.keySet()) {
            JsonNode node = new ObjectMapper().readTree(format.line(AT, event));
            assertThat(node.get("event").asText()).isEqualTo(event.getClass().getSimpleName());
            List<String> expected = new ArrayList<>(List.of("time", "level", "event"));
            for (var component : event.getClass().getRecordComponents()) {
                if (component.getAccessor().invoke(event) != null && !component.getName().equals("level")) {
                    expected.add(component.getName());
                }
            }
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            assertThat(names).isEqualTo(expected);
        }
    }

    @Test
    void isOneLineWhateverPeersSend() throws JsonProcessingException {
        String evil = "a@b\r\n{\"event\":\"DeliveryDone\"}\u2028\u202e";
        String line = format.line(AT, new MailEvent.From(7, 5, evil));
        assertThat(line.chars()).allMatch(c -> c >= ' ' && c < 127);
        assertThat(new ObjectMapper().readTree(line).get("sender").asText()).isEqualTo(evil);
        assertThat(Arrays.asList(line.split("\n"))).hasSize(1);
    }
}
