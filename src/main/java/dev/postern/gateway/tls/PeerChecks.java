package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.plan.DestinationPlan;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What is asked of a peer's certificate: what the DestinationControl asks, what DANE asks, what MTA-STS asks. Costs CPU: not for event loops.
 *
 * @param demanded what decides; null where nothing is asked
 * @param checked  what was looked at in a mode that merely prefers verification; null where nothing was
 */
public record PeerChecks(Verdict demanded, Verdict checked) {

    /**
     * A peer, and what it is to be compared with.
     *
     * @param chain   as the peer sent it, the leaf first; may be empty
     * @param domain  recipient domain in lower-case A-labels
     * @param host    name of the route's or MX host, or its address
     * @param anchors that the DestinationControl trusts
     * @param system  the system's
     * @param now     time at which chains must be valid
     */
    public record Peer(List<X509Certificate> chain, String domain, String host, TrustAnchors anchors, TrustAnchors system, Instant now) {
        public Peer {
            chain = List.copyOf(chain);
        }
    }

    /** Looks at everything that is asked; the first failure decides. */
    public static PeerChecks of(Requirement requirement, DestinationPlan.Tls tls, Peer peer) {
        Verdict configured = requirement.verifiesConfigured()
                ? PeerVerifier.verify(peer.chain, peer.anchors, tls.identity(), peer.domain, peer.host, peer.now)
                : null;
        Verdict demanded = OutboundTls.required(requirement.configured()) ? configured : null;
        if (requirement.dane() != null && passed(demanded)) {
            demanded = DaneVerifier.verify(requirement.dane(), peer.chain, peer.now);
        }
        if (requirement.hostName() && passed(demanded)) {
            demanded = PeerVerifier.verify(peer.chain, peer.system, Identity.Destination, peer.host, peer.host, peer.now);
        }
        if (demanded == null) {
            return new PeerChecks(OutboundTls.verifies(requirement.mode()) ? configured : null, null);
        }
        return new PeerChecks(demanded, demanded == configured ? null : configured);
    }

    private static boolean passed(Verdict verdict) {
        return verdict == null || verdict.verified();
    }
}
