package dev.postern.pki.path;

import dev.postern.pki.Chains;
import dev.postern.pki.Names;
import dev.postern.pki.path.PathSearch.End;
import dev.postern.pki.path.PathSearch.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether the certificate of a TLS server or client leads to an authority that is trusted (RFC 5280, section 6), over whatever
 * certificates the peer showed beside it, in any order. The JDK's PKIX validator judges each path; {@link PathRules} adds what it leaves to others.
 *
 * <p>An authority binds with what its certificate says (validity, name constraints, path length), not with its name and key alone.
 * Nothing is fetched and revocation is not looked at.
 */
public final class Paths {
    /** Of what a peer shows no more is looked at. */
    private static final int MOST = 64;
    private static final int MOST_TRIES = 24;

    private Paths() {
    }

    /** Which side of TLS shows the certificate. */
    public enum Purpose { SERVER, CLIENT }

    /** Why a certificate is not trusted: a small set, so that failures can be counted by it. */
    public enum Reason {
        /** There is no certificate. */
        NO_CERTIFICATE,
        /** A certificate of the path is past its end. */
        EXPIRED,
        /** A certificate of the path is not valid yet. */
        NOT_YET_VALID,
        /** It signed itself, and is not among what is trusted. */
        SELF_SIGNED,
        /** No path leads to an authority that is trusted. */
        UNKNOWN_ISSUER,
        /** A certificate names an authority as its issuer that did not sign it. */
        WRONG_SIGNATURE,
        /** A key or a signature of the path is of a kind that is no longer safe, or that is not known. */
        WEAK_ALGORITHM,
        /** A certificate of the path is not for the purpose that was asked for. */
        WRONG_PURPOSE,
        /** The path breaks another rule of RFC 5280: a constraint, or an extension that must be understood. */
        INVALID_PATH,
        /** To look at it would take too much work. */
        TOO_COSTLY
    }

    /**
     * What was found.
     *
     * @param path   from the leaf to the authority that is trusted, both included; empty where it is not trusted
     * @param reason null where it is trusted
     * @param detail null where it is trusted, else what is wrong and with which certificate; has no full stop
     */
    public record Result(List<X509Certificate> path, Reason reason, String detail) {
        public boolean trusted() {
            return reason == null;
        }

        static Result failed(Reason reason, String detail) {
            return new Result(List.of(), reason, detail);
        }
    }

    /** A rule that a path breaks. */
    record Broken(Reason reason, String detail) {
    }

    /** Validates a server's certificate. */
    public static Result validate(List<X509Certificate> presented, Set<X509Certificate> anchors, Instant at) {
        return validate(presented, anchors, Purpose.SERVER, at);
    }

    /**
     * Validates.
     *
     * @param presented the peer's certificate, then what it showed beside it; may be empty
     * @param anchors   what is trusted: authorities, or a peer's certificate itself
     */
    public static Result validate(List<X509Certificate> presented, Set<X509Certificate> anchors, Purpose purpose, Instant at) {
        if (presented.isEmpty()) {
            return Result.failed(Reason.NO_CERTIFICATE, "there is no certificate");
        }
        X509Certificate leaf = presented.getFirst();
        List<X509Certificate> pool = presented.stream().skip(1).distinct().filter(c -> !c.equals(leaf) && !PathRules.absurd(c)).limit(MOST - 1).toList();
        var words = new Wording(Stream.concat(Stream.of(leaf), pool.stream()).toList());
        Broken broken = PathRules.leaf(leaf, purpose, at, words);
        if (broken != null) {
            return Result.failed(broken.reason, broken.detail);
        }
        if (anchors.contains(leaf)) {
            return new Result(List.of(leaf), null, null);
        }
        if (Chains.issued(leaf, leaf)) {
            return Result.failed(Reason.SELF_SIGNED, "certificate is self-signed: " + words.of(leaf));
        }
        return search(leaf, pool, anchors, purpose, at, words);
    }

    private static Result search(X509Certificate leaf, List<X509Certificate> pool, Set<X509Certificate> anchors, Purpose purpose, Instant at,
            Wording words) {
        List<X509Certificate> authorities = anchors.stream().filter(a -> !PathRules.absurd(a)).toList();
        Broken first = null;
        int tries = 0;
        List<Path> paths = new PathSearch(Stream.concat(Stream.of(leaf), pool.stream()).toList(), authorities, at).from(List.of(leaf));
        for (Path path : paths.stream().filter(p -> p.end() == End.KNOWN_ROOT).toList()) {
            for (X509Certificate anchor : authorities.stream().filter(a -> Chains.issued(a, path.last())).toList()) {
                if (++tries > MOST_TRIES) {
                    break;
                }
                Broken broken = check(path.served(), anchor, purpose, at, words);
                if (broken == null) {
                    return new Result(Stream.concat(path.served().stream(), Stream.of(anchor)).toList(), null, null);
                }
                first = first == null ? broken : first;
            }
        }
        if (first == null) {
            first = unknown(paths.getFirst().last(), pool, authorities, words);
        }
        return Result.failed(first.reason, first.detail);
    }

    private static Broken unknown(X509Certificate last, List<X509Certificate> pool, Collection<X509Certificate> anchors, Wording words) {
        boolean named = Stream.concat(anchors.stream(), pool.stream()).anyMatch(c -> !c.equals(last) && c.getSubjectX500Principal().equals(last.getIssuerX500Principal()));
        return named
                ? new Broken(Reason.WRONG_SIGNATURE, "the certificate " + words.of(last) + " names " + Wording.issuer(last) + " as its issuer, whose key did not sign it")
                : new Broken(Reason.UNKNOWN_ISSUER, "no trusted authority issued the certificate " + words.of(last) + " of " + Wording.issuer(last));
    }

    /** Null where a path is good. */
    private static Broken check(List<X509Certificate> path, X509Certificate anchor, Purpose purpose, Instant at, Wording words) {
        Broken broken = PathRules.path(path, anchor, purpose, at, words);
        return broken != null ? broken : pkix(path, anchor, at, words);
    }

    /**
     * What the JDK says. A self-signed authority is put into the path, below its own name and key: the JDK takes a trust anchor's
     * constraints into account in no other way. One of version 1, which has none, and one that another signed cannot be.
     */
    private static Broken pkix(List<X509Certificate> path, X509Certificate anchor, Instant at, Wording words) {
        boolean within = anchor.getVersion() >= 3 && Chains.issued(anchor, anchor);
        List<X509Certificate> whole = new ArrayList<>(path);
        if (within) {
            whole.add(anchor);
        }
        try {
            var trust = within ? new TrustAnchor(anchor.getSubjectX500Principal(), anchor.getPublicKey(), null) : new TrustAnchor(anchor, null);
            var parameters = new PKIXParameters(Set.of(trust));
            parameters.setRevocationEnabled(false);
            parameters.setPolicyQualifiersRejected(false);
            parameters.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(whole), parameters);
            return null;
        } catch (CertPathValidatorException e) {
            String who = e.getIndex() >= 0 && e.getIndex() < whole.size() ? words.of(whole.get(e.getIndex())) : "'" + Names.subject(path.getFirst()) + "'";
            return new Broken(Reason.INVALID_PATH, "the certificate " + who + " breaks a rule of the path: " + e.getMessage());
        } catch (GeneralSecurityException | RuntimeException e) {
            // Extensions come from strangers, and the JDK reads some of them only here.
            return new Broken(Reason.INVALID_PATH, "the path of the certificate " + words.of(path.getFirst()) + " cannot be validated: " + e.getMessage());
        }
    }
}
