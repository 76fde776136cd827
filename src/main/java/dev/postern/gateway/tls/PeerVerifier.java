package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.Chains;
import dev.postern.pki.HostNames;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Verifies a server's certificate after the handshake: the chain (PKIX, RFC 5280, as the JDK's trust manager does it, with its
 * algorithm constraints and the server purpose) and the name (RFC 9525). Costs CPU: not for event loops.
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
     * @param now     time at which the leaf must be valid
     */
    public static Verdict verify(List<X509Certificate> chain, TrustAnchors anchors, Identity identity, String domain, String host, Instant now) {
        if (chain.isEmpty()) {
            return Verdict.failed(Reason.NoCertificate, "the peer showed no certificate");
        }
        X509Certificate leaf = chain.getFirst();
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            return Verdict.failed(Reason.Expired, "certificate expired on " + leaf.getNotAfter().toInstant());
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            return Verdict.failed(Reason.NotYetValid, "certificate is valid from " + leaf.getNotBefore().toInstant());
        }
        Verdict untrusted = chain(chain, anchors);
        return untrusted != null ? untrusted : name(leaf, identity, domain, host);
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

    private static Verdict chain(List<X509Certificate> chain, TrustAnchors anchors) {
        try {
            anchors.trustManager().checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
            return null;
        } catch (CertificateException e) {
            return classify(chain, anchors, e);
        }
    }

    private static Verdict classify(List<X509Certificate> chain, TrustAnchors anchors, CertificateException problem) {
        X509Certificate leaf = chain.getFirst();
        for (Throwable t = problem; t != null; t = t.getCause()) {
            if (t instanceof CertPathValidatorException path && path.getReason() == CertPathValidatorException.BasicReason.EXPIRED) {
                return Verdict.failed(Reason.Expired, "a certificate of the chain has expired: " + path.getMessage());
            }
        }
        if (!anchors.certificates().contains(leaf) && Chains.issued(leaf, leaf)) {
            return Verdict.failed(Reason.SelfSigned, "certificate is self-signed: " + leaf.getSubjectX500Principal().getName());
        }
        for (Throwable t = problem; t != null; t = t.getCause()) {
            if (t instanceof CertPathBuilderException && t.getCause() == null && !reaches(chain, anchors)) {
                return Verdict.failed(Reason.UnknownIssuer, "no trusted authority issued the certificate of " + chain.getLast().getIssuerX500Principal().getName());
            }
        }
        return Verdict.failed(Reason.InvalidChain, problem.getMessage());
    }

    /** Whether some certificate of the chain claims an anchor as its issuer: then the chain is wrong, not its issuer unknown. */
    private static boolean reaches(List<X509Certificate> chain, TrustAnchors anchors) {
        return anchors.certificates().stream().anyMatch(a -> chain.stream().anyMatch(c -> Chains.issued(a, c)));
    }
}
