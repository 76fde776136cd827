package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.HostNames;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.stream.Collectors;

/** Which name a server's certificate must have, and whether it has it (RFC 9525; the appliance's order where it is asked for). */
final class PeerNames {
    private static final int SHOWN = 5;

    private PeerNames() {
    }

    static Verdict verify(X509Certificate leaf, Identity identity, Peer peer) {
        return switch (identity) {
            case Hosted -> HostNames.matches(leaf, peer.domain()) ? Verdict.verified(peer.domain())
                    : only(leaf, peer.host(), peer.host().equals(peer.domain()) ? peer.domain() : peer.domain() + " nor " + peer.host());
            case Destination -> only(leaf, peer.domain(), peer.domain());
            case AsyncOS -> asyncOs(leaf, peer);
        };
    }

    /** For one name and no other. */
    static Verdict only(X509Certificate leaf, String name, String wanted) {
        return HostNames.matches(leaf, name) ? Verdict.verified(name)
                : Verdict.failed(Reason.NameMismatch, "certificate is not for " + wanted + " but for " + describe(leaf));
    }

    private static Verdict asyncOs(X509Certificate leaf, Peer peer) {
        if (HostNames.matchesAlternative(leaf, peer.domain()) || HostNames.matchesCommonName(leaf, peer.domain())) {
            return Verdict.verified(peer.domain());
        }
        String confirmed = peer.confirmedName().get().orElse(null);
        if (confirmed != null && HostNames.matchesCommonName(leaf, confirmed)) {
            return Verdict.verified(confirmed);
        }
        return Verdict.failed(Reason.NameMismatch, "certificate is not for " + peer.domain() + (confirmed == null ? ", and the address has no confirmed name"
                : ", nor its common name " + confirmed) + ", but for " + describe(leaf));
    }

    /** The names of a certificate, for a person; at most five. */
    static String describe(X509Certificate leaf) {
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
}
