package dev.postern.gateway.mtasts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Domains, and what is known of them, in memory: those with a policy and the others have a bound of their own each, so that no number of
 * domains without one pushes a policy out; and policies have one of their length together. What was not asked for longest goes first. Safe
 * for use by many threads.
 */
final class KnownDomains {
    private final LinkedHashMap<String, Known> holding = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<String, Known> others = new LinkedHashMap<>(16, 0.75f, true);
    private final int bound;
    private final long longest;
    private long length;

    /**
     * @param bound   of each kind
     * @param longest of all policies together, in characters
     */
    KnownDomains(int bound, long longest) {
        this.bound = bound;
        this.longest = longest;
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
     * @return domains whose policies had to go for it
     */
    synchronized List<String> put(String domain, Known known) {
        length += length(known) - length(holding.remove(domain));
        others.remove(domain);
        if (known.kept() == null) {
            others.put(domain, known);
            if (others.size() > bound) {
                others.pollFirstEntry();
            }
            return List.of();
        }
        holding.put(domain, known);
        List<String> gone = new ArrayList<>();
        while (holding.size() > bound || length > longest && holding.size() > 1) {
            Map.Entry<String, Known> first = holding.pollFirstEntry();
            length -= length(first.getValue());
            gone.add(first.getKey());
        }
        return gone;
    }

    private static long length(Known known) {
        return known == null || known.kept() == null ? 0 : known.kept().policy().lines().stream().mapToInt(String::length).sum();
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
