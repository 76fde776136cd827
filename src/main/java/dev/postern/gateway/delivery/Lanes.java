package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.MessageTls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The queues that there are, and how the lanes of one domain share its connections. Guarded by the scheduler's lock. */
final class Lanes {
    private final Map<Lane, DomainQueue> queues = new HashMap<>();

    DomainQueue get(Lane lane, Supplier<Condition> condition) {
        return queues.computeIfAbsent(lane, l -> new DomainQueue(l, condition.get()));
    }

    void remove(DomainQueue queue) {
        queues.remove(queue.lane(), queue);
    }

    List<DomainQueue> all() {
        return List.copyOf(queues.values());
    }

    /** The lanes of a domain. */
    List<DomainQueue> of(String domain) {
        return Stream.of(MessageTls.values()).map(tls -> queues.get(new Lane(domain, tls))).filter(Objects::nonNull).toList();
    }

    /** The other lanes of the same domain. */
    List<DomainQueue> siblings(DomainQueue queue) {
        List<DomainQueue> siblings = new ArrayList<>(MessageTls.values().length - 1);
        for (MessageTls tls : MessageTls.values()) {
            DomainQueue other = tls == queue.lane().tls() ? null : queues.get(new Lane(queue.domain(), tls));
            if (other != null) {
                siblings.add(other);
            }
        }
        return siblings;
    }

    /** Workers of the other lanes. */
    int beside(DomainQueue queue) {
        return siblings(queue).stream().mapToInt(q -> q.active).sum();
    }

    /**
     * The lane that a worker of this one should make room for: it has mail due, the domain has no connection left, and it has fewer of them, or this
     * one has no use for its own. Null where there is none.
     *
     * @param limit connections that the domain may have
     */
    DomainQueue waiting(DomainQueue queue, int limit, long now) {
        List<DomainQueue> siblings = siblings(queue);
        int active = queue.active + siblings.stream().mapToInt(q -> q.active).sum();
        if (active < limit) {
            return null;
        }
        return siblings.stream().filter(q -> !q.promised && q.blockedUntil <= now && q.ready.size() > q.idle && q.active < q.window)
                .filter(q -> queue.ready.isEmpty() || q.active == 0 || q.active + 1 < queue.active).findFirst().orElse(null);
    }
}
