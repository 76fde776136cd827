package dev.postern.gateway.tls;

import dev.postern.gateway.tls.Published.Dane;
import dev.postern.gateway.tls.Published.Sts;
import dev.postern.gateway.tls.Requirement.Refusal;

/** What a policy for testing would have refused (RFC 8461 section 5): something to report, and nothing to act on. Costs CPU: not for event loops. */
public final class StsTrial {

    private StsTrial() {
    }

    /** Why a peer would not have got mail, or null: because it would have, or because there is no such policy, or DANE comes before it. */
    public static Refusal of(Published published, Peer peer, TrustAnchors system) {
        if (!(published.dane() instanceof Dane.Absent) || !(published.sts() instanceof Sts.Found policy) || policy.enforce()) {
            return null;
        }
        if (!policy.listsHost()) {
            return Requirement.mismatch(policy);
        }
        Verdict verdict = PeerVerifier.verifyHost(peer, system);
        return verdict.verified() ? null : new Refusal(verdict.reason().name(), verdict.detail());
    }
}
