package dev.postern.operator.certificate.keep;

import dev.postern.pki.issue.Authority;
import dev.postern.pki.issue.Issuance;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Keeps the Secret of a Certificate that is made here: of sources selfSigned and demo. */
final class SecretKeeper {
    private static final Logger LOG = Logger.getLogger(SecretKeeper.class);

    private final TlsPair pairs;

    SecretKeeper(TlsPair pairs) {
        this.pairs = pairs;
    }

    /** Makes the certificate where there is none, where it is not as wanted, and where its time has come. */
    void keep(Look look, Issuance.Request request) throws Unresolved {
        Secret live = pairs.find(look);
        String key = TlsPair.key(live);
        Optional<String> due = Issuance.due(request, live == null ? null : TlsPair.made(live), TlsPair.chain(live), key, look.now());
        if (due.isEmpty()) {
            return;
        }
        Authority.Issued issued;
        try {
            issued = Issuance.make(request, key, look.now());
        } catch (IllegalArgumentException e) {
            look.invalid("spec", e.getMessage());
            return;
        }
        LOG.infof("Certificate %s/%s is made: %s", look.namespace(), look.name(), due.get());
        pairs.write(look, issued.certificatePem(), issued.keyPem(), request.digest(), live);
    }
}
