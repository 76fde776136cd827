package dev.postern.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Session ticket keys, which all pods of a gateway share, so that a session that one began is resumed by another. They travel
 * beside the private keys, under names that no certificate can have.
 */
public final class TicketKeys {
    private static final String PREFIX = "_ticket-";
    private static final int SHOWN = 16;

    private TicketKeys() {
    }

    /** The name under which a key travels. */
    public static String name(String digest) {
        return PREFIX + digest;
    }

    static List<String> digests(List<String> keys) {
        return keys.stream().map(TicketKeys::digest).toList();
    }

    static Map<String, String> named(List<String> keys) {
        Map<String, String> named = new LinkedHashMap<>();
        keys.forEach(k -> named.put(name(digest(k)), k));
        return named;
    }

    private static String digest(String key) {
        return PlanParts.sha256(key).substring(0, SHOWN);
    }
}
