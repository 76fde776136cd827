package dev.postern.pki.path;

import dev.postern.pki.KeyPairs;
import dev.postern.pki.Purposes;
import dev.postern.pki.path.Paths.Broken;
import dev.postern.pki.path.Paths.Purpose;
import dev.postern.pki.path.Paths.Reason;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;

/** Rules for the paths of TLS peers beyond those of the JDK's validator: sizes, algorithms, purposes, and what binds the authority itself. */
final class PathRules {
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_EXPONENT_BITS = 64;
    private static final int MOST_BITS = 16384;
    private static final String PSS = "1.2.840.113549.1.1.10";
    /** RSA and ECDSA with SHA-256, SHA-384 and SHA-512, and Ed25519. */
    private static final Set<String> SIGNATURES = Set.of("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
            "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4", "1.3.101.112");
    private static final Set<String> PSS_HASHES = Set.of(NISTObjectIdentifiers.id_sha256.getId(), NISTObjectIdentifiers.id_sha384.getId(),
            NISTObjectIdentifiers.id_sha512.getId());
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;

    private PathRules() {
    }

    /** Whether the mere use of a certificate would cost too much. */
    static boolean absurd(X509Certificate certificate) {
        try {
            return certificate.getEncoded().length > MOST_BYTES
                    || certificate.getPublicKey() instanceof RSAPublicKey rsa && (rsa.getPublicExponent().bitLength() > MOST_EXPONENT_BITS || rsa.getModulus().bitLength() > MOST_BITS);
        } catch (CertificateEncodingException e) {
            return true;
        }
    }

    /** What is wrong with a peer's certificate by itself; null for nothing. */
    static Broken leaf(X509Certificate leaf, Purpose purpose, Instant at, Wording words) {
        if (absurd(leaf)) {
            return new Broken(Reason.TOO_COSTLY, "the certificate " + words.of(leaf) + " is too large, or has too large a key");
        }
        Broken broken = time(leaf, at, "certificate");
        if (broken == null) {
            broken = key(leaf, words);
        }
        if (broken == null) {
            broken = purpose(leaf, purpose, words);
        }
        return broken != null ? broken : usage(leaf, purpose, words);
    }

    /** A client proves its key by a signature (RFC 5246 section 7.4.8, RFC 8446 section 4.4.3); a server's may also be one for key exchange. */
    private static Broken usage(X509Certificate leaf, Purpose purpose, Wording words) {
        boolean[] uses = leaf.getKeyUsage();
        if (uses == null || uses[DIGITAL_SIGNATURE] || purpose == Purpose.SERVER && (uses[KEY_ENCIPHERMENT] || uses[KEY_AGREEMENT])) {
            return null;
        }
        return new Broken(Reason.WRONG_PURPOSE, "the key of the certificate " + words.of(leaf)
                + (purpose == Purpose.SERVER ? " is neither for signatures nor for key exchange" : " is not for signatures"));
    }

    /** What is wrong with a path whose leaf is good by itself; null for nothing. */
    static Broken path(List<X509Certificate> path, X509Certificate anchor, Purpose purpose, Instant at, Wording words) {
        for (X509Certificate certificate : path) {
            if (!safeSignature(certificate)) {
                return new Broken(Reason.WEAK_ALGORITHM, "the certificate " + words.of(certificate) + " is signed with " + certificate.getSigAlgName()
                        + "; allowed are RSA and ECDSA with SHA-256, SHA-384 or SHA-512, and Ed25519");
            }
        }
        for (X509Certificate issuer : Stream.concat(path.stream().skip(1), Stream.of(anchor)).toList()) {
            Broken broken = time(issuer, at, "the certificate " + words.of(issuer));
            if (broken == null) {
                broken = key(issuer, words);
            }
            if (broken == null) {
                broken = purpose(issuer, purpose, words);
            }
            if (broken != null) {
                return broken;
            }
        }
        int limit = anchor.getBasicConstraints();
        if (limit >= 0 && notSelfIssued(path) > limit) {
            return new Broken(Reason.INVALID_PATH, "the authority " + words.of(anchor) + " allows only " + limit + " intermediates below it");
        }
        return NameLimits.check(Stream.concat(path.stream(), Stream.of(anchor)).toList(), words);
    }

    private static long notSelfIssued(List<X509Certificate> path) {
        return path.stream().skip(1).filter(c -> !c.getSubjectX500Principal().equals(c.getIssuerX500Principal())).count();
    }

    private static Broken time(X509Certificate certificate, Instant at, String which) {
        Instant until = certificate.getNotAfter().toInstant();
        Instant from = certificate.getNotBefore().toInstant();
        if (at.isAfter(until)) {
            return new Broken(Reason.EXPIRED, which + " expired on " + until);
        }
        return at.isBefore(from) ? new Broken(Reason.NOT_YET_VALID, which + " is valid from " + from) : null;
    }

    private static Broken key(X509Certificate certificate, Wording words) {
        String unsupported = KeyPairs.unsupported(certificate.getPublicKey());
        return unsupported == null ? null : new Broken(Reason.WEAK_ALGORITHM, "the key of the certificate " + words.of(certificate) + " " + unsupported);
    }

    /** Extended key usages bind all that is below them, as clients of the web have it; one that is absent allows everything. */
    private static Broken purpose(X509Certificate certificate, Purpose purpose, Wording words) {
        boolean server = purpose == Purpose.SERVER;
        if (server ? Purposes.forServers(certificate) : Purposes.forClients(certificate)) {
            return null;
        }
        try {
            certificate.getExtendedKeyUsage();
            return new Broken(Reason.WRONG_PURPOSE, "the certificate " + words.of(certificate) + (server
                    ? " is not for TLS servers (its extended key usage lacks serverAuth)" : " is not for TLS clients (its extended key usage lacks clientAuth)"));
        } catch (CertificateParsingException e) {
            return new Broken(Reason.WRONG_PURPOSE, "the extended key usage of the certificate " + words.of(certificate) + " cannot be read");
        }
    }

    private static boolean safeSignature(X509Certificate certificate) {
        if (!certificate.getSigAlgOID().equals(PSS)) {
            return SIGNATURES.contains(certificate.getSigAlgOID());
        }
        try {
            return PSS_HASHES.contains(RSASSAPSSparams.getInstance(certificate.getSigAlgParams()).getHashAlgorithm().getAlgorithm().getId());
        } catch (RuntimeException e) {
            return false;
        }
    }
}
