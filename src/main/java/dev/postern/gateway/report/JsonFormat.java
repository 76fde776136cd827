package dev.postern.gateway.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;

/**
 * One JSON object a line: {@code time} (ISO 8601, UTC), {@code level}, {@code event} (the record's name), then the record's
 * fields; those that are null are left out. Characters outside ASCII are escaped.
 */
public final class JsonFormat implements MailFormat {
    private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
        }
    };

    @Override
    public void append(StringBuilder out, Instant at, MailEvent event) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("time", at.toString());
            json.writeStringField("level", event.level().name());
            json.writeStringField("event", event.getClass().getSimpleName());
            for (RecordComponent component : COMPONENTS.get(event.getClass())) {
                Object value = component.getAccessor().invoke(event);
                if (value != null && !component.getName().equals("level")) {
                    json.writeObjectField(component.getName(), value);
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        out.append(text.getBuffer());
    }
}
