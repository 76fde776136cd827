package dev.postern.gateway.spool;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Messages whose data does not match its checksum. They are kept for whoever looks into it, not served, and said to be in quarantine
 * across restarts, until their recipients are updated so that none is pending.
 */
final class Quarantine {
    private final Map<Long, String> reasons = new ConcurrentHashMap<>();

    void load(Map<Long, String> stored) {
        reasons.putAll(stored);
    }

    /** @return whether it was not there before */
    boolean add(long mid, String reason) {
        return reasons.putIfAbsent(mid, reason) == null;
    }

    /** Why the message is in quarantine, or null. */
    String reason(long mid) {
        return reasons.get(mid);
    }

    void remove(long mid) {
        reasons.remove(mid);
    }

    Set<Long> mids() {
        return Set.copyOf(reasons.keySet());
    }

    int size() {
        return reasons.size();
    }
}
