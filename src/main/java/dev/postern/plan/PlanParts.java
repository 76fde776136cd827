package dev.postern.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.postern.pki.Fingerprints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A plan in the pieces in which it is written: canonical JSON, each piece with its digest, and an index that names the
 * revision. A change of one DestinationControl changes one piece of {@value #DESTINATION_PARTS} and the index.
 *
 * @param index names the revision and the digest of each piece
 * @param parts JSON by part name: {@code core} and {@code destinations-00} …
 */
public record PlanParts(Index index, Map<String, String> parts) {
    public static final String CORE = "core";
    public static final int DESTINATION_PARTS = 16;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    public PlanParts {
        parts = Map.copyOf(parts);
    }

    /**
     * The head of a written plan.
     *
     * @param revision SHA-256 over the digests, the first 16 hex digits; equal plans have equal revisions
     * @param serial   counts up by one with every revision written for this gateway
     * @param digests  SHA-256 in hex by part name
     */
    public record Index(String revision, long serial, Map<String, String> digests) {
        public Index {
            digests = new TreeMap<>(digests);
        }

        public String toJson() {
            return write(this);
        }

        /** @throws IllegalArgumentException when it is not an index */
        public static Index parse(String json) {
            return read(json, Index.class);
        }
    }

    /** Names of all parts, in order; every plan has every part. */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        names.add(CORE);
        for (int i = 0; i < DESTINATION_PARTS; i++) {
            names.add(destinationPart(i));
        }
        return names;
    }

    /** Cuts a plan into parts; {@code serial} goes into the index and does not take part in the revision. */
    public static PlanParts split(GatewayPlan plan, long serial) {
        Map<Integer, List<DestinationPlan>> buckets = new TreeMap<>();
        for (DestinationPlan destination : sorted(plan.destinations())) {
            buckets.computeIfAbsent(bucket(destination.name()), b -> new ArrayList<>()).add(destination);
        }
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(CORE, write(new GatewayPlan(plan.gateway(), plan.settings(), plan.listeners(), plan.policies(), plan.certificates(),
                plan.trustBundles(), List.of())));
        for (int i = 0; i < DESTINATION_PARTS; i++) {
            parts.put(destinationPart(i), write(new Destinations(buckets.getOrDefault(i, List.of()))));
        }
        Map<String, String> digests = new TreeMap<>();
        parts.forEach((name, json) -> digests.put(name, sha256(json)));
        return new PlanParts(new Index(revision(digests), serial, digests), parts);
    }

    /**
     * Puts a plan together again.
     *
     * @throws IllegalArgumentException naming the part that is missing or does not match the index, or why it is no plan
     */
    public GatewayPlan join() {
        for (String name : index.digests().keySet()) {
            if (!names().contains(name)) {
                throw new IllegalArgumentException("part " + name + " is of a newer version of the plan; this one knows " + names());
            }
        }
        for (String name : names()) {
            String json = parts.get(name);
            if (json == null) {
                throw new IllegalArgumentException("part " + name + " is missing");
            }
            if (!sha256(json).equals(index.digests().get(name))) {
                throw new IllegalArgumentException("part " + name + " does not match the index of revision " + index.revision());
            }
        }
        if (!revision(index.digests()).equals(index.revision())) {
            throw new IllegalArgumentException("the index says revision " + index.revision() + ", and its digests are those of " + revision(index.digests()));
        }
        GatewayPlan core = read(parts.get(CORE), GatewayPlan.class);
        List<DestinationPlan> destinations = new ArrayList<>();
        for (int i = 0; i < DESTINATION_PARTS; i++) {
            destinations.addAll(read(parts.get(destinationPart(i)), Destinations.class).destinations());
        }
        return new GatewayPlan(core.gateway(), core.settings(), core.listeners(), core.policies(), core.certificates(), core.trustBundles(), sorted(destinations));
    }

    /** Stable: two entries of one name keep their order. */
    private static List<DestinationPlan> sorted(List<DestinationPlan> destinations) {
        return destinations.stream().sorted(Comparator.comparing(DestinationPlan::name)).toList();
    }

    /** SHA-256 of a text in UTF-8, as hex. */
    public static String sha256(String text) {
        return Fingerprints.sha256(text);
    }

    private record Destinations(List<DestinationPlan> destinations) {
    }

    static String revision(Map<String, String> digests) {
        return sha256(write(new TreeMap<>(digests))).substring(0, 16);
    }

    /** Stable over versions: it must not depend on String.hashCode or the JVM. */
    private static int bucket(String name) {
        return Integer.parseInt(sha256(name).substring(0, 4), 16) % DESTINATION_PARTS;
    }

    private static String destinationPart(int i) {
        return String.format(Locale.ROOT, "destinations-%02d", i);
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            T value = JSON.readValue(json, type);
            if (value == null) {
                throw new IllegalArgumentException("not a " + type.getSimpleName() + ": null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }
}
