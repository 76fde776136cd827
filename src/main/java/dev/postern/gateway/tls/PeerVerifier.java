package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.HostNames;
import dev.postern.pki.Names;
import dev.postern.pki.path.Paths;
import dev.postern.pki.path.Staples;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/**
 * Verifies a server's certificate after the handshake: the chain ({@link Paths}, RFC 5280), what its authority stapled to it, the pins, and
 * the name (RFC 9525). Costs CPU: not for event loops.
 */
public final class PeerVerifier {

    private PeerVerifier() {
    }

    /**
     * By what a DestinationControl asks.
     *
     * @param anchors authorities to trust
     * @param pins    base64 of SHA-256 digests of public keys, one of which the chain must have; empty: any
     */
    public static Verdict verify(Peer peer, TrustAnchors anchors, Identity identity, List<String> pins) {
        Paths.Result result = Paths.validate(peer.chain(), anchors.certificates(), peer.now());
        Verdict untrusted = untrusted(result, anchors, peer);
        if (untrusted == null && !pins.isEmpty() && result.path().stream().noneMatch(c -> pins.contains(Fingerprints.pin(c.getPublicKey())))) {
            untrusted = Verdict.failed(Reason.PinMismatch, "none of the pinned keys is in the chain; the certificate's own is "
                    + Fingerprints.pin(peer.chain().getFirst().getPublicKey()));
        }
        return untrusted != null ? untrusted : PeerNames.verify(peer.chain().getFirst(), identity, peer);
    }

    /**
     * For the host's name alone, as MTA-STS and REQUIRETLS ask (RFC 8461 sections 3.3 and 4.2): it must be among the dNSNames; the subject's CN
     * counts for nothing.
     */
    public static Verdict verifyHost(Peer peer, TrustAnchors anchors) {
        Verdict untrusted = untrusted(Paths.validate(peer.chain(), anchors.certificates(), peer.now()), anchors, peer);
        if (untrusted != null) {
            return untrusted;
        }
        X509Certificate leaf = peer.chain().getFirst();
        return Names.dnsNames(leaf).isEmpty() && HostNames.address(peer.host()).isEmpty()
                ? Verdict.failed(Reason.NameMismatch, "certificate has no DNS name for " + peer.host() + "; the common name does not count")
                : PeerNames.only(leaf, peer.host(), peer.host());
    }

    private static Verdict untrusted(Paths.Result result, TrustAnchors anchors, Peer peer) {
        if (!result.trusted()) {
            return Verdict.failed(reason(result.reason()), result.detail());
        }
        try {
            // The JDK distrusts some of the authorities that it comes with, from some date on; only its trust manager knows which.
            anchors.trustManager().checkServerTrusted(result.path().toArray(X509Certificate[]::new), "UNKNOWN");
        } catch (CertificateException e) {
            return Verdict.failed(Reason.InvalidChain, e.getMessage());
        }
        return revoked(result.path(), peer);
    }

    private static Verdict revoked(List<X509Certificate> path, Peer peer) {
        X509Certificate leaf = path.getFirst();
        X509Certificate issuer = path.size() > 1 ? path.get(1) : leaf;
        return switch (Staples.read(peer.staple(), leaf, issuer, peer.now())) {
            case GOOD -> null;
            case REVOKED -> Verdict.failed(Reason.Revoked, "the stapled response says that the certificate " + leaf.getSerialNumber().toString(16).toUpperCase(Locale.ROOT) + " is revoked");
            case SILENT -> Staples.promised(leaf)
                    ? Verdict.failed(Reason.NotStapled, "the certificate promises a stapled response (RFC 7633), and the server sent none that can be believed") : null;
        };
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
