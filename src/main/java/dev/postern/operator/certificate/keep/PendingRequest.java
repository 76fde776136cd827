package dev.postern.operator.certificate.keep;

import dev.postern.operator.kube.TlsSecrets;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.issue.Requests.Pending;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The Secret that keeps a Certificate's signing request, its key, and which object asks a signer for it. */
final class PendingRequest {
    static final String TYPE = "postern.dev/signing-request";
    static final String CSR = "tls.csr";
    private static final String SUFFIX = "-csr";
    private static final String DIGEST = "postern.dev/spec-digest";
    private static final String BASIS = "postern.dev/basis";
    /** Kind/name. */
    private static final String ASKED = "postern.dev/asked";

    private final OwnSecrets secrets;

    PendingRequest(OwnSecrets secrets) {
        this.secrets = secrets;
    }

    /** An object that asks a signer. */
    record Asked(String kind, String object) {
    }

    static String nameFor(Look look) {
        return look.name() + SUFFIX;
    }

    /** @throws Unresolved where there is a Secret of its name that was not made for the Certificate */
    Secret find(Look look) throws Unresolved {
        return secrets.find(look, nameFor(look)).orElse(null);
    }

    /** As far as is known, for a Certificate that makes no requests any more; or null. */
    Secret known(Look look) {
        return secrets.known(look.certificate(), nameFor(look)).orElse(null);
    }

    /**
     * @param asked null where no signer is asked
     * @param live  what {@link #find} found, or null
     */
    Secret write(Look look, Pending pending, Asked asked, Secret live) {
        var annotations = new TreeMap<>(Map.of(DIGEST, pending.digest(), BASIS, pending.basis()));
        if (asked != null) {
            annotations.put(ASKED, asked.kind() + "/" + asked.object());
        }
        Map<String, byte[]> files = Map.of(CSR, pending.csr().getBytes(StandardCharsets.UTF_8), TlsSecrets.KEY, pending.key().getBytes(StandardCharsets.UTF_8));
        return secrets.write(look.certificate(), nameFor(look), TYPE, annotations, files, live);
    }

    /** Null where there is none, or one that is of no use. */
    static Pending read(Secret secret) {
        String csr = secret == null ? null : TlsSecrets.text(secret, CSR);
        String key = secret == null ? null : TlsSecrets.text(secret, TlsSecrets.KEY);
        String digest = OwnSecrets.annotation(secret, DIGEST);
        String basis = OwnSecrets.annotation(secret, BASIS);
        try {
            KeyPairs.parse(key == null ? "" : key);
            return csr == null || digest == null ? null : new Pending(digest, basis == null ? "" : basis, csr, key);
        } catch (IllegalArgumentException e) {
            return null;   // nothing can be done with its answer
        }
    }

    /** Null where no signer is asked. */
    static Asked asked(Secret secret) {
        String asked = OwnSecrets.annotation(secret, ASKED);
        int slash = asked == null ? -1 : asked.indexOf('/');
        return slash < 0 ? null : new Asked(asked.substring(0, slash), asked.substring(slash + 1));
    }
}
