package dev.postern.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the connections of one pod's delivery came to, as to TLS, since it started.
 *
 * @param podUid   tells a pod from an earlier one of the same name
 * @param controls by DestinationControl; those with failures first, where not all fit
 * @param omitted  DestinationControls that did not fit
 */
public record DeliveryReport(String podUid, Map<String, Control> controls, int omitted) {
    private static final ObjectMapper JSON = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    public DeliveryReport {
        controls = controls == null ? Map.of() : new LinkedHashMap<>(controls);
    }

    /**
     * One DestinationControl.
     *
     * @param uid    tells it from an earlier one of the same name
     * @param recent domains, at most 20
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Control(String uid, long verified, long encrypted, long clear, long failed, List<Recent> recent) {
        public Control {
            recent = recent == null ? List.of() : List.copyOf(recent);
        }
    }

    /**
     * One recipient domain.
     *
     * @param outcome of its last connection: Verified, Encrypted, Clear or Failed
     * @param time    of that, in RFC 3339, whole seconds, UTC
     * @param failure its last failure, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Recent(String domain, String outcome, String time, Failure failure) {
        /** Those whose last connection failed, then those that failed before, then the others; the latest first. */
        public static final Comparator<Recent> ORDER = Comparator.comparing((Recent r) -> r.outcome.equals("Failed")).thenComparing(r -> r.failure != null)
                .thenComparing(Recent::time).reversed().thenComparing(Recent::domain);
    }

    /** A failure of TLS: when, which server, why in one word, and what happened. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Failure(String time, String host, String reason, String message) {
    }

    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IllegalArgumentException when it is not a report */
    public static DeliveryReport parse(String json) {
        try {
            return JSON.readValue(json, DeliveryReport.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a delivery report: " + e.getOriginalMessage(), e);
        }
    }
}
