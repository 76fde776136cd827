package dev.postern.plan;

import java.util.ArrayList;
import java.util.Base64;
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

    /**
     * The keys that a plan names, the one in use first. One that did not travel with it, as the plan and its keys are read one after the
     * other, is passed over: its tickets are not taken, and their clients make a full handshake.
     *
     * @param digests as {@link Settings#ticketKeys} has them
     * @param keys    what travels beside the plan, by name
     * @throws IllegalArgumentException for one that is none; never with what it holds
     */
    public static List<byte[]> of(List<String> digests, Map<String, String> keys) {
        List<byte[]> found = new ArrayList<>();
        for (String digest : digests) {
            String key = keys.get(name(digest));
            if (key != null) {
                found.add(bytes(digest, key));
            }
        }
        return found;
    }

    private static byte[] bytes(String digest, String key) {
        try {
            return Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("session ticket key " + digest + " is not in Base64");
        }
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
