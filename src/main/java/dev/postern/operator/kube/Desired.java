package dev.postern.operator.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.TreeMap;

/**
 * Whether an object of the cluster is as wanted, so that nothing needs to be written. Two things are compared: a digest that the
 * object carries (which notices what is no longer wanted), and every wanted field (which notices what someone changed); fields
 * that the API server or others filled in do not count. Pure.
 */
public final class Desired {
    /** Digest of what was applied. */
    public static final String DIGEST = "postern.dev/applied";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private Desired() {
    }

    /** Adds the digest of {@code object} to it. */
    public static <T extends HasMetadata> T withDigest(T object) {
        var annotations = object.getMetadata().getAnnotations() == null ? new TreeMap<String, String>() : new TreeMap<>(object.getMetadata().getAnnotations());
        annotations.remove(DIGEST);
        object.getMetadata().setAnnotations(annotations.isEmpty() ? null : annotations);
        String digest = PlanParts.sha256(JSON.valueToTree(object).toString()).substring(0, 16);
        annotations.put(DIGEST, digest);
        object.getMetadata().setAnnotations(annotations);
        return object;
    }

    /** @param desired with its digest */
    public static boolean matches(HasMetadata desired, HasMetadata live) {
        return contains(JSON.valueToTree(live), JSON.valueToTree(desired));
    }

    /** A list must have as many elements; an object may have more fields. */
    private static boolean contains(JsonNode live, JsonNode desired) {
        if (desired instanceof ObjectNode) {
            if (live == null || !live.isObject()) {
                return desired.isEmpty() && (live == null || live.isNull());
            }
            for (var field : desired.properties()) {
                if (!contains(live.get(field.getKey()), field.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (desired.isArray()) {
            if (live == null || live.size() != desired.size()) {
                return desired.isEmpty() && live == null;
            }
            for (int i = 0; i < desired.size(); i++) {
                if (!contains(live.get(i), desired.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return desired.equals(live);
    }
}
