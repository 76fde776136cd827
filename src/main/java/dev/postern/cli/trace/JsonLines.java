package dev.postern.cli.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TextFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Lines as {@link dev.postern.gateway.report.JsonFormat} writes them. */
final class JsonLines {
    private static final ObjectMapper JSON = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    private static final Map<String, Class<?>> EVENTS = Arrays.stream(MailEvent.class.getPermittedSubclasses()).collect(Collectors.toMap(Class::getSimpleName, c -> c));
    private final TextFormat format = new TextFormat(ZoneOffset.UTC);

    Fact parse(String line) {
        ObjectNode node;
        try {
            node = JSON.readTree(line) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException e) {
            return null;
        }
        if (node == null || !node.path("event").isTextual() || !node.path("time").isTextual()) {
            return null;
        }
        String event = node.path("event").asText();
        List<Integer> rids = new ArrayList<>();
        node.path("rids").forEach(rid -> rids.add(rid.asInt()));
        if (node.has("rid")) {
            rids.add(node.path("rid").asInt());
        }
        Map<String, String> values = new HashMap<>();
        node.properties().forEach(field -> {
            if (field.getValue().isValueNode()) {
                values.put(field.getKey(), field.getValue().asText());
            }
        });
        long mid = node.path("mid").asLong();
        long icid = node.path("icid").asLong();
        long dcid = node.path("dcid").asLong();
        return mid + icid + dcid == 0 ? null : new Fact(node.path("time").asText(), node.path("level").asText("Info"), text(event, node), event, mid, icid, dcid, rids, values);
    }

    /** As the text form has it; the fields of an event that this version does not know. */
    private String text(String event, JsonNode node) {
        Class<?> type = EVENTS.get(event);
        if (type != null) {
            try {
                StringBuilder text = new StringBuilder();
                format.append(text, Instant.EPOCH, (MailEvent) JSON.treeToValue(node, type));
                return text.substring(text.indexOf(": ") + 2);
            } catch (JsonProcessingException | RuntimeException e) {
                // written by another version
            }
        }
        ObjectNode rest = node.deepCopy();
        rest.remove(List.of("time", "level", "event"));
        return event + " " + rest;
    }
}
