package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.tlsrpt.DayCounts.Detail;
import dev.postern.gateway.tlsrpt.DayCounts.DetailCount;
import dev.postern.gateway.tlsrpt.DayCounts.DomainCounts;
import dev.postern.gateway.tlsrpt.DayCounts.PolicyCounts;
import dev.postern.gateway.tlsrpt.DayCounts.PolicyKey;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the sessions of a day, in bounded memory. What there is no room for is still counted, without what made it differ: a policy as one of its
 * kind, a failure as one of its result type. Only sessions of domains beyond the bound are left out, and their number is kept. One thread.
 */
final class Tally {
    private final LocalDate day;
    private final Bounds bounds;
    private final Map<String, Map<PolicyKey, Counter>> domains = new LinkedHashMap<>();
    private long leftOut;
    private int characters;

    /**
     * Bounds of a day.
     *
     * @param domains    that are counted
     * @param policies   of a domain, those without wording aside
     * @param details    of a domain, those without particulars aside
     * @param characters of all names, policies and details together
     */
    record Bounds(int domains, int policies, int details, int characters) {
        static final Bounds STANDARD = new Bounds(10_000, 8, 100, 16 << 20);
    }

    private static final class Counter {
        private long successes;
        private final Map<Detail, Long> details = new LinkedHashMap<>();
    }

    Tally(LocalDate day, Bounds bounds) {
        this.day = day;
        this.bounds = bounds;
    }

    /** Goes on where an earlier one was cut off. */
    static Tally of(DayCounts counts, Bounds bounds) {
        Tally tally = new Tally(counts.day(), bounds);
        tally.leftOut = counts.leftOut();
        for (DomainCounts domain : counts.domains()) {
            for (PolicyCounts policy : domain.policies()) {
                if (policy.successes() > 0) {
                    tally.add(new Session(domain.domain(), policy.policy(), null), policy.successes());
                }
                policy.details().forEach(d -> tally.add(new Session(domain.domain(), policy.policy(), d.detail()), d.count()));
            }
        }
        return tally;
    }

    LocalDate day() {
        return day;
    }

    void add(Session session) {
        add(session, 1);
    }

    private void add(Session session, long count) {
        Map<PolicyKey, Counter> policies = domains.get(session.domain());
        if (policies == null) {
            if (domains.size() >= bounds.domains || !room(session.domain().length())) {
                leftOut += count;
                return;
            }
            policies = new LinkedHashMap<>();
            domains.put(session.domain(), policies);
        }
        Counter counter = counter(policies, session.policy());
        if (session.failure() == null) {
            counter.successes += count;
        } else {
            counter.details.merge(detail(policies, counter, session.failure()), count, Long::sum);
        }
    }

    private Counter counter(Map<PolicyKey, Counter> policies, PolicyKey policy) {
        Counter known = policies.get(policy);
        if (known != null) {
            return known;
        }
        boolean fits = policies.size() < bounds.policies && room(policy.length());
        return policies.computeIfAbsent(fits ? policy : policy.bare(), p -> new Counter());
    }

    private Detail detail(Map<PolicyKey, Counter> policies, Counter counter, Detail detail) {
        if (counter.details.containsKey(detail)) {
            return detail;
        }
        boolean fits = policies.values().stream().mapToInt(c -> c.details.size()).sum() < bounds.details && room(detail.length());
        return fits ? detail : detail.bare();
    }

    private boolean room(int more) {
        if (characters + more > bounds.characters) {
            return false;
        }
        characters += more;
        return true;
    }

    /** What was counted so far. */
    DayCounts counts() {
        List<DomainCounts> all = new ArrayList<>(domains.size());
        domains.forEach((domain, policies) -> {
            List<PolicyCounts> each = new ArrayList<>(policies.size());
            policies.forEach((key, counter) -> each.add(new PolicyCounts(key, counter.successes,
                    counter.details.entrySet().stream().map(d -> new DetailCount(d.getKey(), d.getValue())).toList())));
            all.add(new DomainCounts(domain, each));
        });
        return new DayCounts(day, leftOut, all);
    }
}
