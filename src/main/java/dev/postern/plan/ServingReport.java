package dev.postern.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one pod says that it serves.
 *
 * @param podUid    tells a pod from an earlier one of the same name
 * @param revision  of the plan in force
 * @param serial    of the plan in force
 * @param refused   why a newer plan was refused, or null
 * @param listeners by listener name
 * @param clientCertificates SHA-256 fingerprints of the leaves that delivery shows, in hex, by certificate name; empty, too, of a pod of
 *                  before there were any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServingReport(String podUid, String revision, long serial, String refused, Map<String, Served> listeners,
        Map<String, String> clientCertificates) {
    private static final ObjectMapper JSON = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    public ServingReport {
        listeners = listeners == null ? Map.of() : new TreeMap<>(listeners);
        clientCertificates = clientCertificates == null ? Map.of() : new TreeMap<>(clientCertificates);
    }

    /** Of a pod whose delivery shows no certificate. */
    public ServingReport(String podUid, String revision, long serial, String refused, Map<String, Served> listeners) {
        this(podUid, revision, serial, refused, listeners, Map.of());
    }

    /**
     * One listener of the pod.
     *
     * @param certificates SHA-256 fingerprints of the leaves served, in hex, the default first
     * @param error        why the pod does not listen, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Served(List<String> certificates, String error) {
    }

    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IllegalArgumentException when it is not a report */
    public static ServingReport parse(String json) {
        try {
            return JSON.readValue(json, ServingReport.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a serving report: " + e.getOriginalMessage(), e);
        }
    }
}
