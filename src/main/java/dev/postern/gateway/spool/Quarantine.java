package dev.postern.gateway.spool;

import java.util.List;
import java.util.Map;
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

    /** In MID order. */
    List<Damaged> all() {
        return reasons.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(entry -> new Damaged(entry.getKey(), entry.getValue())).toList();
    }

    void remove(long mid) {
        reasons.remove(mid);
    }

    int size() {
        return reasons.size();
    }
}
