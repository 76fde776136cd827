package dev.postern.pki.path;

import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.path.PathSearch.End;
import dev.postern.pki.path.PathSearch.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Certificates as a TLS server presents them, made of what someone put into a file: the certificate of the server's key, then each
 * time the issuer (RFC 8446, 4.4.2), without the root, which a peer has or has not. Nothing is repaired in silence.
 *
 * <p>Of several paths the one is served that is valid, then the one to a known root, then the one that is valid for longest, then the
 * one that was given first. A root in the file is no finding: it is harmless there and usual, and only not sent.
 *
 * @param chain    what is to be served; where the key fits none, what was given, each once
 * @param findings what was wrong, the worst first; each kind once at most
 */
public record Arrangement(List<X509Certificate> chain, List<Finding> findings) {
    /** Of more certificates the others are not looked at, but for the one of the key. */
    private static final int MOST = 64;

    /** What can be wrong. The first four decide whether a chain can be served. */
    public enum Kind {
        /** The key of the certificate is one that servers here do not use. */
        UNSUPPORTED_KEY,
        /** No certificate is that of the key. */
        KEY_MISMATCH,
        /** The server's own certificate is not valid yet. */
        NOT_YET_VALID,
        /** The server's own certificate is past its end. */
        EXPIRED,
        /** An issuer is missing. */
        INCOMPLETE,
        /** An intermediate is out of time, or ends before the server's own. */
        EXPIRING_INTERMEDIATE,
        /** There are certificates that do not belong to any path. */
        UNRELATED,
        /** There is more than one path. */
        AMBIGUOUS,
        /** The order was not that of a path. */
        OUT_OF_ORDER,
        /** A certificate was there more than once. */
        DUPLICATES
    }

    /** One thing that is wrong: what, with which certificates, and what to do. The message has no full stop. */
    public record Finding(Kind kind, String message) {
    }

    /**
     * Arranges.
     *
     * @param given not empty; in any order
     * @param key   the public half of the server's key
     * @param roots authorities that peers are expected to know; may be empty
     */
    public static Arrangement of(List<X509Certificate> given, PublicKey key, Collection<X509Certificate> roots, Instant at) {
        Map<X509Certificate, Integer> counts = new LinkedHashMap<>();
        given.forEach(c -> counts.merge(c, 1, Integer::sum));
        List<X509Certificate> distinct = List.copyOf(counts.keySet());
        List<X509Certificate> leaves = distinct.stream().filter(c -> KeyPairs.same(c.getPublicKey(), key)).limit(MOST).toList();
        if (leaves.isEmpty()) {
            return new Arrangement(distinct, List.of(mismatch(distinct)));
        }
        List<X509Certificate> pool = Stream.concat(leaves.stream(), distinct.stream()).distinct().limit(MOST).sorted(Comparator.comparing(distinct::indexOf)).toList();
        var search = new PathSearch(pool, roots, at);
        List<Path> paths = search.from(leaves);
        Path best = paths.getFirst();
        var words = new Wording(distinct);
        List<Finding> findings = new ArrayList<>(leaf(best.leaf(), at));
        findings.addAll(Stream.of(incomplete(best, words), expiring(best, at, words), unrelated(distinct, pool, search.members(leaves), best, words), ambiguous(paths, search, words),
                outOfOrder(distinct, best, words), duplicates(counts, words)).filter(Objects::nonNull).toList());
        return new Arrangement(best.served(), List.copyOf(findings));
    }

    private static Finding mismatch(List<X509Certificate> given) {
        return new Finding(Kind.KEY_MISMATCH, given.size() == 1
                ? "the private key does not fit the certificate " + Names.subject(given.getFirst())
                : "the private key fits none of the " + given.size() + " certificates, " + new Wording(given).of(given));
    }

    private static List<Finding> leaf(X509Certificate leaf, Instant at) {
        List<Finding> findings = new ArrayList<>();
        String unsupported = KeyPairs.unsupported(leaf.getPublicKey());
        if (unsupported != null) {
            findings.add(new Finding(Kind.UNSUPPORTED_KEY, "the key of the certificate " + unsupported));
        }
        if (at.isBefore(leaf.getNotBefore().toInstant())) {
            findings.add(new Finding(Kind.NOT_YET_VALID, "the certificate is not valid before " + leaf.getNotBefore().toInstant()));
        }
        if (at.isAfter(leaf.getNotAfter().toInstant())) {
            findings.add(new Finding(Kind.EXPIRED, "the certificate expired at " + leaf.getNotAfter().toInstant()));
        }
        return findings;
    }

    private static Finding incomplete(Path best, Wording words) {
        if (best.end() != End.ISSUER_MISSING) {
            return null;
        }
        if (best.served().size() == PathSearch.LONGEST) {
            return new Finding(Kind.INCOMPLETE, "the chain is longer than " + PathSearch.LONGEST + " certificates; only so many are served");
        }
        X509Certificate last = best.last();
        return new Finding(Kind.INCOMPLETE, "the issuer " + Wording.issuer(last) + " of the certificate " + words.of(last) + " is missing and is not a known root; add its certificate"
                + Wording.whereIssuerIs(last).map(url -> ", which is at " + url).orElse(""));
    }

    private static Finding expiring(Path best, Instant at, Wording words) {
        Instant end = best.leaf().getNotAfter().toInstant();
        List<String> each = new ArrayList<>();
        for (X509Certificate issuer : best.served().subList(1, best.served().size())) {
            Instant until = issuer.getNotAfter().toInstant();
            if (at.isAfter(until)) {
                each.add("the intermediate " + words.of(issuer) + " expired at " + until);
            } else if (at.isBefore(issuer.getNotBefore().toInstant())) {
                each.add("the intermediate " + words.of(issuer) + " is not valid before " + issuer.getNotBefore().toInstant());
            } else if (until.isBefore(end)) {
                each.add("the intermediate " + words.of(issuer) + " ends at " + until + ", before the certificate does at " + end);
            }
        }
        return each.isEmpty() ? null : new Finding(Kind.EXPIRING_INTERMEDIATE, String.join("; ", each) + "; put its successor, which the authority has, in its place");
    }

    private static Finding unrelated(List<X509Certificate> distinct, List<X509Certificate> pool, Set<X509Certificate> members, Path best, Wording words) {
        List<X509Certificate> unrelated = pool.stream().filter(c -> !members.contains(c)).toList();
        List<String> each = new ArrayList<>();
        List<X509Certificate> strangers = new ArrayList<>();
        for (X509Certificate other : unrelated) {
            best.served().stream().filter(c -> c.getIssuerX500Principal().equals(other.getSubjectX500Principal()) && !Chains.issued(other, c)).findFirst()
                    .ifPresentOrElse(c -> each.add(words.of(other) + " has the name of the issuer of " + words.of(c) + " but another key, and did not issue it; remove it"),
                            () -> strangers.add(other));
        }
        if (!strangers.isEmpty()) {
            each.add(words.of(strangers) + " issued none of the chain of " + words.of(best.leaf()) + "; remove " + (strangers.size() == 1 ? "it" : "them"));
        }
        if (pool.size() < distinct.size()) {
            each.add("there are " + distinct.size() + " different certificates, of which only " + pool.size() + " are looked at; remove what does not belong to the chain");
        }
        if (!each.isEmpty() && best.end() == End.ISSUER_MISSING) {
            each.add("what the chain needs is " + Wording.issuer(best.last()));
        }
        return each.isEmpty() ? null : new Finding(Kind.UNRELATED, String.join("; ", each));
    }

    private static Finding ambiguous(List<Path> paths, PathSearch search, Wording words) {
        Path best = paths.getFirst();
        List<Path> others = paths.stream().filter(p -> !best.served().containsAll(p.served())).toList();
        if (others.isEmpty()) {
            return null;
        }
        String alternatives = others.stream().limit(2).map(p -> words.of(p.served())).collect(Collectors.joining("; or "));
        return new Finding(Kind.AMBIGUOUS, "there is more than one chain: served is " + words.of(best.served()) + ", since " + search.why(best, others.getFirst()) + "; not served is "
                + alternatives + (others.size() > 2 ? "; or " + (others.size() - 2) + " others" : "") + "; remove what is not to be served");
    }

    private static Finding outOfOrder(List<X509Certificate> distinct, Path best, Wording words) {
        List<X509Certificate> path = Stream.concat(best.served().stream(), Stream.ofNullable(best.root())).distinct().toList();
        List<X509Certificate> asGiven = distinct.stream().filter(path::contains).toList();
        return asGiven.equals(path) ? null : new Finding(Kind.OUT_OF_ORDER, "the order given is " + words.of(asGiven) + "; served is " + words.of(best.served())
                + "; write the server's own certificate first, and after each its issuer");
    }

    private static Finding duplicates(Map<X509Certificate, Integer> counts, Wording words) {
        String each = counts.entrySet().stream().filter(e -> e.getValue() > 1).limit(MOST).map(e -> words.of(e.getKey()) + " is there " + e.getValue() + " times")
                .collect(Collectors.joining("; "));
        return each.isEmpty() ? null : new Finding(Kind.DUPLICATES, each + "; each is served once at most; remove what is too many");
    }
}
