package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.MessageTls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The queues that there are, by domain and by number, and how the lanes of one domain share its connections. Guarded by the scheduler's lock. */
final class Lanes {
    private static final int REMEMBERED = 10_000;

    private final EntryTable table;
    /** The first lane of each domain; the others follow it. */
    private final Map<String, DomainQueue> domains = new HashMap<>();
    private final BitSet taken = new BitSet();
    private DomainQueue[] numbered = new DomainQueue[64];
    private int lowestFree;
    /** Lanes without mail that took connections when they last had some. */
    private final Map<Lane, Boolean> proven = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Lane, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    Lanes(EntryTable table) {
        this.table = table;
    }

    /** The queue of a lane, or null. */
    DomainQueue find(Lane lane) {
        DomainQueue queue = domains.get(lane.domain());
        while (queue != null && !(queue.lane().tls() == lane.tls() && Objects.equals(queue.lane().route(), lane.route()))) {
            queue = queue.sibling;
        }
        return queue;
    }

    /** The queue of a lane, which has none yet. */
    DomainQueue add(Lane lane) {
        int number = taken.nextClearBit(lowestFree);
        taken.set(number);
        lowestFree = number + 1;
        if (number == numbered.length) {
            numbered = Arrays.copyOf(numbered, 2 * number);
        }
        DomainQueue queue = new DomainQueue(lane, number, table);
        queue.proven = proven.remove(lane) != null;
        numbered[number] = queue;
        DomainQueue first = domains.putIfAbsent(lane.domain(), queue);
        while (first != null && first.sibling != null) {
            first = first.sibling;
        }
        if (first != null) {
            first.sibling = queue;
        }
        return queue;
    }

    void remove(DomainQueue queue) {
        if (numbered[queue.number] != queue) {
            return;
        }
        if (queue.proven) {
            proven.put(queue.lane(), true);
        }
        numbered[queue.number] = null;
        taken.clear(queue.number);
        lowestFree = Math.min(lowestFree, queue.number);
        DomainQueue first = domains.get(queue.domain());
        if (first == queue) {
            if (queue.sibling == null) {
                domains.remove(queue.domain());
            } else {
                domains.put(queue.domain(), queue.sibling);
            }
        } else {
            while (first.sibling != queue) {
                first = first.sibling;
            }
            first.sibling = queue.sibling;
        }
        queue.sibling = null;
    }

    /** One more than the greatest number. */
    int end() {
        return taken.length();
    }

    /** The queue of this number, or null. */
    DomainQueue numbered(int number) {
        return number < numbered.length ? numbered[number] : null;
    }

    /** The lanes of a domain. */
    List<DomainQueue> of(String domain) {
        List<DomainQueue> all = new ArrayList<>(MessageTls.values().length);
        for (DomainQueue queue = domains.get(domain); queue != null; queue = queue.sibling) {
            all.add(queue);
        }
        return all;
    }

    /** Workers of the other lanes. */
    int beside(DomainQueue queue) {
        int active = -queue.active;
        for (DomainQueue each = domains.get(queue.domain()); each != null; each = each.sibling) {
            active += each.active;
        }
        return Math.max(0, active);
    }

    /** Wakes the idle workers of the other lanes: they may make room. */
    void signalBeside(DomainQueue queue) {
        for (DomainQueue each = domains.get(queue.domain()); each != null; each = each.sibling) {
            if (each != queue) {
                each.signal();
            }
        }
    }

    /**
     * The lane that a worker of this one should make room for: it has mail due, the domain has no connection left, and it has fewer of them, or this
     * one has no use for its own. Null where there is none.
     *
     * @param limit connections that the domain may have
     */
    DomainQueue waiting(DomainQueue queue, int limit, long now) {
        DomainQueue first = domains.get(queue.domain());
        if (first == null || first == queue && queue.sibling == null || queue.active + beside(queue) < limit) {
            return null;
        }
        boolean idle = !queue.waiting.due(now);
        for (DomainQueue other = first; other != null; other = other.sibling) {
            boolean wants = other != queue && !other.promised && !other.rests(now) && other.idle == 0 && other.waiting.due(now) && other.active < other.window.size();
            if (wants && (idle || other.active == 0 || other.active + 1 < queue.active)) {
                return other;
            }
        }
        return null;
    }
}
