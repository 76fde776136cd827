package dev.postern.gateway.tls;

import dev.postern.plan.DestinationPlan;

/**
 * What is asked of a server's certificate: what the DestinationControl asks, what DANE asks, what MTA-STS asks. Costs CPU: not for
 * event loops.
 *
 * @param demanded what decides; null where nothing is asked
 * @param checked  what was looked at beside it, in a mode that merely prefers verification; null where nothing was
 */
public record PeerChecks(Verdict demanded, Verdict checked) {

    /**
     * Looks at everything that is asked; the first failure decides.
     *
     * @param anchors that the DestinationControl trusts
     * @param system  the system's
     */
    public static PeerChecks of(Requirement requirement, DestinationPlan.Tls tls, Peer peer, TrustAnchors anchors, TrustAnchors system) {
        Verdict configured = requirement.verifiesConfigured() ? PeerVerifier.verify(peer, anchors, tls.identity(), tls.pins()) : null;
        Verdict demanded = OutboundTls.required(requirement.configured()) ? configured : null;
        if (requirement.dane() != null && passed(demanded)) {
            demanded = DaneVerifier.verify(requirement.dane(), peer.chain(), peer.now());
        }
        TrustAnchors vouching = requirement.hostName() ? system : requirement.hostNameByChoice() ? anchors : null;
        if (vouching != null && passed(demanded)) {
            demanded = PeerVerifier.verifyHost(peer, vouching);
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
