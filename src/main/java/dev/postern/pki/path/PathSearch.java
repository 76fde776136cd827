package dev.postern.pki.path;

import dev.postern.pki.Chains;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All ways from a leaf up, the best first. An issuer is one that has the name and whose key made the signature, so that
 * certificates of one name and key (cross-signed, renewed) are each tried, and one of the same name and another key is not.
 */
final class PathSearch {
    /** Longest path served; those of the public web have 3 or 4 certificates. */
    static final int LONGEST = 10;
    private static final int MOST_STEPS = 2_000;
    private static final int MOST_PATHS = 200;
    private static final int MOST_LEAVES = 8;

    private final List<X509Certificate> pool;
    private final Collection<X509Certificate> roots;
    private final Instant at;
    private final Map<X509Certificate, List<X509Certificate>> issuers = new HashMap<>();
    private final Map<X509Certificate, Boolean> anchored = new HashMap<>();
    private final Map<X509Certificate, Boolean> selfSigned = new HashMap<>();
    private final Map<List<X509Certificate>, Path> paths = new HashMap<>();
    private int steps;

    /** How a path ends, the worst first. */
    enum End { ISSUER_MISSING, ROOT_OF_ITS_OWN, KNOWN_ROOT }

    /**
     * One way up.
     *
     * @param served leaf first, without the root, unless that is the leaf
     * @param root   the root that it ends at, where that is among what was given; or null
     * @param until  when the first of {@code served} ends
     */
    record Path(List<X509Certificate> served, X509Certificate root, End end, boolean leafInTime, boolean issuersInTime, Instant until) {
        X509Certificate leaf() {
            return served.getFirst();
        }

        X509Certificate last() {
            return served.getLast();
        }
    }

    /** @param pool distinct certificates, as they were given */
    PathSearch(List<X509Certificate> pool, Collection<X509Certificate> roots, Instant at) {
        this.pool = pool;
        this.roots = roots;
        this.at = at;
    }

    /** Every path from these leaves, the best first; where there are very many, the most promising ones. */
    List<Path> from(List<X509Certificate> leaves) {
        for (X509Certificate leaf : leaves.stream().sorted(likeliest(this::inTime)).limit(MOST_LEAVES).toList()) {
            steps = 0;
            walk(new ArrayList<>(List.of(leaf)));
        }
        return paths.values().stream().sorted(best()).toList();
    }

    /** Why one path goes before another, as a clause about the former. */
    String why(Path better, Path other) {
        if (better.leafInTime != other.leafInTime || better.issuersInTime != other.issuersInTime) {
            return "all of it is valid now";
        }
        if (better.end != other.end) {
            return better.end == End.KNOWN_ROOT ? "it leads to a root that is widely known" : "it is complete";
        }
        return better.until.equals(other.until) ? "it comes first in what was given" : "it is valid for longer";
    }

    /** What is on any way up from these, served or not. */
    Set<X509Certificate> members(List<X509Certificate> leaves) {
        Set<X509Certificate> members = new LinkedHashSet<>(leaves);
        Deque<X509Certificate> open = new ArrayDeque<>(leaves);
        while (!open.isEmpty()) {
            X509Certificate next = open.remove();
            if (!selfSigned(next)) {
                issuers(next).stream().filter(members::add).forEach(open::add);
            }
        }
        return members;
    }

    /** An intermediate that peers do not take counts as one that is out of time: it must be an authority. */
    private boolean usable(X509Certificate issuer) {
        return inTime(issuer) && (issuer.getBasicConstraints() >= 0 || issuer.getVersion() < 3);
    }

    private void walk(List<X509Certificate> path) {
        if (++steps > MOST_STEPS || paths.size() >= MOST_PATHS) {
            return;
        }
        X509Certificate last = path.getLast();
        boolean known = anchored.computeIfAbsent(last, c -> roots.stream().anyMatch(r -> sameAuthority(r, c) || Chains.issued(r, c)));
        if (selfSigned(last)) {
            add(path.size() == 1 ? path : path.subList(0, path.size() - 1), last, known ? End.KNOWN_ROOT : End.ROOT_OF_ITS_OWN);
            return;
        }
        List<X509Certificate> next = path.size() == LONGEST ? List.of() : issuers(last).stream().filter(i -> !path.contains(i)).toList();
        if (known || next.isEmpty()) {
            add(path, null, known ? End.KNOWN_ROOT : End.ISSUER_MISSING);
        }
        for (X509Certificate issuer : next) {
            path.addLast(issuer);
            walk(path);
            path.removeLast();
        }
    }

    private void add(List<X509Certificate> served, X509Certificate root, End end) {
        List<X509Certificate> copy = List.copyOf(served);
        Instant until = copy.stream().map(c -> c.getNotAfter().toInstant()).min(Comparator.naturalOrder()).orElseThrow();
        var path = new Path(copy, root, end, inTime(copy.getFirst()), copy.stream().skip(1).allMatch(this::usable), until);
        paths.merge(copy, path, (a, b) -> a.end.compareTo(b.end) > 0 || a.end == b.end && a.root != null ? a : b);
    }

    /** The likeliest first, as a search that is cut short must have seen them. */
    private List<X509Certificate> issuers(X509Certificate certificate) {
        return issuers.computeIfAbsent(certificate, c -> pool.stream().filter(i -> !i.equals(c) && Chains.issued(i, c))
                .sorted(likeliest(this::usable)).toList());
    }

    private static Comparator<X509Certificate> likeliest(Predicate<X509Certificate> good) {
        return Comparator.<X509Certificate, Boolean>comparing(good.negate()::test).thenComparing(X509Certificate::getNotAfter, Comparator.reverseOrder());
    }

    private boolean selfSigned(X509Certificate certificate) {
        return selfSigned.computeIfAbsent(certificate, c -> Chains.issued(c, c));
    }

    /** In time at both ends, known root, longest; then what was given first and, of one that continues another, the longer: someone put it there. */
    private Comparator<Path> best() {
        Map<X509Certificate, Integer> position = new HashMap<>();
        pool.forEach(c -> position.put(c, position.size()));
        return Comparator.comparing(Path::leafInTime).thenComparing(Path::issuersInTime).thenComparing(Path::end).thenComparing(Path::until).reversed()
                .thenComparing((a, b) -> {
                    for (int i = 0; i < Math.min(a.served.size(), b.served.size()); i++) {
                        int order = position.get(a.served.get(i)) - position.get(b.served.get(i));
                        if (order != 0) {
                            return order;
                        }
                    }
                    return b.served.size() - a.served.size();
                });
    }

    private boolean inTime(X509Certificate certificate) {
        return !at.isBefore(certificate.getNotBefore().toInstant()) && !at.isAfter(certificate.getNotAfter().toInstant());
    }

    /** A root and its cross-signed form have one name and one key: who knows the one needs nothing above the other. */
    private static boolean sameAuthority(X509Certificate a, X509Certificate b) {
        return a.getSubjectX500Principal().equals(b.getSubjectX500Principal()) && Arrays.equals(a.getPublicKey().getEncoded(), b.getPublicKey().getEncoded());
    }
}
