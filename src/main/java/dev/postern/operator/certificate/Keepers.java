package dev.postern.operator.certificate;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Source;
import dev.postern.pki.issue.Issuance;

/** Everything that a Certificate may ask to be brought about: by its source, and beside it. */
final class Keepers {
    private final SecretKeeper made;
    private final RequestKeeper requested;

    Keepers(OwnSecrets secrets, KubernetesClient client, TransitionEvents events) {
        var pairs = new TlsPair(secrets);
        made = new SecretKeeper(pairs);
        requested = new RequestKeeper(new PendingRequest(secrets), pairs, client, events);
    }

    /** @param hostname of the gateway, which a demo certificate gets */
    void keep(Look look, String hostname) {
        Source source = look.certificate().getSpec().source;
        try {
            if (source.selfSigned != null || source.demo != null) {
                made.keep(look, look.request(Issuance.request(look.certificate(), hostname)));
            }
        } catch (Unresolved e) {
            look.unresolved(e);
        }
    }

    /** Ends what was begun for a Certificate that is gone. */
    void forget(Certificate certificate) {
    }
}
