package dev.postern.gateway.mtasts;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Domains, and what is known of them, in memory: those with a policy and the others have a bound of their own each, so that no number of
 * domains without one pushes a policy out. What was not asked for longest goes first. Safe for use by many threads.
 */
final class KnownDomains {
    private final LinkedHashMap<String, Known> holding = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<String, Known> others = new LinkedHashMap<>(16, 0.75f, true);
    private final int bound;

    /** @param bound of each kind */
    KnownDomains(int bound) {
        this.bound = bound;
    }

    /** What is known, or null; it counts as asked for. */
    synchronized Known use(String domain, Instant now) {
        return holding.containsKey(domain) ? holding.compute(domain, (d, known) -> known.used(now)) : others.get(domain);
    }

    /** What is known, or null. */
    synchronized Known get(String domain) {
        Known known = holding.get(domain);
        return known != null ? known : others.get(domain);
    }

    /**
     * Takes up what is known now.
     *
     * @return the domain whose policy had to go for it, or null
     */
    synchronized String put(String domain, Known known) {
        boolean holds = known.kept() != null;
        (holds ? others : holding).remove(domain);
        LinkedHashMap<String, Known> map = holds ? holding : others;
        map.put(domain, known);
        if (map.size() <= bound) {
            return null;
        }
        Iterator<String> longest = map.keySet().iterator();
        String gone = longest.next();
        longest.remove();
        return holds ? gone : null;
    }

    /** How many policies there are. */
    synchronized int policies() {
        return holding.size();
    }

    /** Domains with a policy of which something is true. */
    synchronized List<String> holding(Predicate<Known> what) {
        return holding.entrySet().stream().filter(e -> what.test(e.getValue())).map(Map.Entry::getKey).toList();
    }
}
