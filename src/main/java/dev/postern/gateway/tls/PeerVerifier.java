package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.HostNames;
import dev.postern.pki.path.Paths;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Verifies a server's certificate after the handshake: the chain ({@link Paths}, RFC 5280) and the name (RFC 9525). Costs CPU: not for event loops.
 */
public final class PeerVerifier {
    private static final int SHOWN = 5;

    private PeerVerifier() {
    }

    /**
     * Verifies.
     *
     * @param chain   as the peer sent it, the leaf first; may be empty
     * @param anchors authorities to trust
     * @param identity which name the certificate must have
     * @param domain  recipient domain in lower-case A-labels
     * @param host    name of the route's or MX host, or its address
     * @param now     time at which the chain must be valid
     */
    public static Verdict verify(List<X509Certificate> chain, TrustAnchors anchors, Identity identity, String domain, String host, Instant now) {
        Verdict untrusted = chain(chain, anchors, now);
        return untrusted != null ? untrusted : name(chain.getFirst(), identity, domain, host);
    }

    private static Verdict name(X509Certificate leaf, Identity identity, String domain, String host) {
        if (HostNames.matches(leaf, domain)) {
            return Verdict.verified(domain);
        }
        if (identity == Identity.Hosted && HostNames.matches(leaf, host)) {
            return Verdict.verified(host);
        }
        String wanted = identity == Identity.Hosted && !host.equals(domain) ? domain + " nor " + host : domain;
        return Verdict.failed(Reason.NameMismatch, "certificate is not for " + wanted + " but for " + describe(leaf));
    }

    /** The names of a certificate, for a person; at most five. */
    private static String describe(X509Certificate leaf) {
        try {
            var names = leaf.getSubjectAlternativeNames();
            if (names != null) {
                return names.stream().limit(SHOWN).map(n -> String.valueOf(n.get(1))).collect(Collectors.joining(", "))
                        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
            }
        } catch (CertificateParsingException e) {
            return "names that cannot be read";
        }
        return leaf.getSubjectX500Principal().getName();
    }

    private static Verdict chain(List<X509Certificate> chain, TrustAnchors anchors, Instant now) {
        Paths.Result result = Paths.validate(chain, anchors.certificates(), now);
        if (!result.trusted()) {
            return Verdict.failed(reason(result.reason()), result.detail());
        }
        try {
            // The JDK distrusts some of the authorities that it comes with, from some date on; only its trust manager knows which.
            anchors.trustManager().checkServerTrusted(result.path().toArray(X509Certificate[]::new), "UNKNOWN");
            return null;
        } catch (CertificateException e) {
            return Verdict.failed(Reason.InvalidChain, e.getMessage());
        }
    }

    static Reason reason(Paths.Reason reason) {
        return switch (reason) {
            case NO_CERTIFICATE -> Reason.NoCertificate;
            case EXPIRED -> Reason.Expired;
            case NOT_YET_VALID -> Reason.NotYetValid;
            case SELF_SIGNED -> Reason.SelfSigned;
            case UNKNOWN_ISSUER -> Reason.UnknownIssuer;
            case WRONG_SIGNATURE, WEAK_ALGORITHM, WRONG_PURPOSE, INVALID_PATH, TOO_COSTLY -> Reason.InvalidChain;
        };
    }
}
