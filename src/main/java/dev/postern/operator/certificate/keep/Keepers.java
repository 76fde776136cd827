package dev.postern.operator.certificate.keep;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Source;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.kube.TransitionEvents;
import dev.postern.pki.issue.Issuance;
import dev.postern.pki.path.SystemRoots;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Everything that a Certificate may ask to be brought about: by its source, and beside it. */
public final class Keepers {
    private final SecretKeeper made;
    private final RequestKeeper requested;
    private final Pkcs12Import imported;
    private final Pkcs12Export exported;

    public Keepers(OwnSecrets secrets, TlsSecrets tlsSecrets, KubernetesClient client, TransitionEvents events) {
        var pairs = new TlsPair(secrets);
        made = new SecretKeeper(pairs);
        requested = new RequestKeeper(new PendingRequest(secrets), pairs, client, events);
        imported = new Pkcs12Import(pairs);
        exported = new Pkcs12Export(secrets, tlsSecrets, SystemRoots.load());
    }

    /** @param hostname of the gateway, which a demo certificate gets */
    public void keep(Look look, String hostname) {
        Source source = look.certificate().getSpec().source;
        try {
            if (source.signingRequest != null) {
                requested.keep(look, look.request(Issuance.request(look.certificate(), hostname)));
            } else {
                requested.rest(look);
                if (source.selfSigned != null || source.demo != null) {
                    made.keep(look, look.request(Issuance.request(look.certificate(), hostname)));
                } else if (source.pkcs12 != null) {
                    imported.keep(look);
                }
            }
        } catch (Unresolved e) {
            look.unresolved(e);
        }
        // Whatever became of the source: what is in use is exported.
        exported.keep(look);
    }

    /** Ends what was begun for a Certificate that is gone. */
    public void forget(Certificate certificate) {
        requested.forget(certificate);
        imported.forget(certificate);
    }
}
