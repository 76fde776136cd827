package dev.postern.gateway.delivery;

import java.util.ArrayList;
import java.util.List;

/** The RIDs of entries that have several, by a number that is used again. Guarded by the scheduler's lock. */
final class RidTable {
    private final int most;
    private final List<int[]> rids = new ArrayList<>();
    private final List<Integer> free = new ArrayList<>();

    /** @param most entries that it holds at most */
    RidTable(int most) {
        this.most = most;
    }

    boolean hasRoom() {
        return !free.isEmpty() || rids.size() < most;
    }

    int add(int[] several) {
        if (free.isEmpty()) {
            rids.add(several);
            return rids.size() - 1;
        }
        int at = free.removeLast();
        rids.set(at, several);
        return at;
    }

    int[] get(int at) {
        return rids.get(at);
    }

    void remove(int at) {
        rids.set(at, null);
        free.add(at);
        if (free.size() == rids.size()) {
            rids.clear();
            free.clear();
        }
    }
}
