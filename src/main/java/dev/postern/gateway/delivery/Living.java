package dev.postern.gateway.delivery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lanes that took a connection the last time that one was asked for: the latest of them, for mail comes and goes. Guarded by the scheduler's lock. */
final class Living {
    private static final int MOST = 10_000;

    private final LinkedHashMap<Lane, Boolean> lanes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Lane, Boolean> eldest) {
            return size() > MOST;
        }
    };

    void add(Lane lane) {
        lanes.put(lane, true);
    }

    void remove(Lane lane) {
        lanes.remove(lane);
    }

    boolean contains(Lane lane) {
        return lanes.containsKey(lane);
    }

    /** So many of them, those that were asked last. */
    List<Lane> latest(int most) {
        return lanes.sequencedKeySet().reversed().stream().limit(Math.max(0, most)).toList();
    }
}
