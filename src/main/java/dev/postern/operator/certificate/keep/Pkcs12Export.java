package dev.postern.operator.certificate.keep;

import dev.postern.api.CertificateSpec;
import dev.postern.api.SecretKeyRef;
import dev.postern.operator.certificate.keep.Look.Named;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.pki.path.Arrangement;
import dev.postern.plan.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/** Keeps the certificate in use, whoever made it, as a PKCS#12 file in a Secret, where that is asked for. */
final class Pkcs12Export {
    static final String TYPE = "postern.dev/pkcs12";
    private static final Logger LOG = Logger.getLogger(Pkcs12Export.class);
    private static final String SUFFIX = "-pkcs12";
    private static final String FIELD = "spec.export.pkcs12.passwordSecretRef";
    /** Digest of what is in the file. */
    private static final String CONTENTS = "postern.dev/exported";
    /** Version of the Secret that the password was read from. */
    private static final String PASSWORD = "postern.dev/password-version";
    /** Digest of the file. */
    private static final String FILE = "postern.dev/file-digest";

    private final OwnSecrets secrets;
    private final TlsSecrets tlsSecrets;
    private final Set<X509Certificate> roots;

    /** What is to be in the file. */
    private record Pair(List<X509Certificate> chain, KeyPair key) {
        @Override
        public String toString() {
            return "Pair" + chain;
        }
    }

    /** @param roots authorities that peers are expected to know */
    Pkcs12Export(OwnSecrets secrets, TlsSecrets tlsSecrets, Set<X509Certificate> roots) {
        this.secrets = secrets;
        this.tlsSecrets = tlsSecrets;
        this.roots = roots;
    }

    /** What is wrong here is told by a condition of its own, and keeps no listener from serving. */
    void keep(Look look) {
        String name = look.name() + SUFFIX;
        CertificateSpec.Export export = look.certificate().getSpec().export;
        if (export == null || export.pkcs12 == null) {
            secrets.delete(look.certificate(), name);
            return;
        }
        try {
            Secret written = write(look, name, export.pkcs12);
            look.status().exportSecretName = name;
            look.exported(true, Reasons.EXPORTED, "in " + SecretKeyRef.PKCS12_FILE + " of Secret '" + written.getMetadata().getName() + "'");
        } catch (Unresolved e) {
            look.status().exportSecretName = secrets.known(look.certificate(), name).map(secret -> name).orElse(null);
            look.exported(false, e.reason(), (e.field() == null ? "" : e.field() + ": ") + e.getMessage());
        }
    }

    private Secret write(Look look, String name, CertificateSpec.Pkcs12Export export) throws Unresolved {
        Named named = look.key(export.passwordSecretRef, SecretKeyRef.PASSWORD, FIELD);
        char[] password = SecretPasswords.read(named.bytes(), FIELD, export.passwordSecretRef);
        if (password.length == 0) {
            throw new Unresolved(FIELD, Reasons.INVALID_PASSWORD, "the password is empty, which protects nothing");
        }
        Pair pair = pair(look);
        Secret live = secrets.find(look, name).orElse(null);
        byte[] file = live == null ? null : TlsSecrets.bytes(live, SecretKeyRef.PKCS12_FILE);
        String contents = Fingerprints.sha256(Chains.toPem(pair.chain()) + export.encryption);
        boolean fits = file != null && contents.equals(OwnSecrets.annotation(live, CONTENTS)) && Fingerprints.sha256(file).equals(OwnSecrets.annotation(live, FILE));
        if (fits && named.version().equals(OwnSecrets.annotation(live, PASSWORD))) {
            return live;
        }
        // The Secret of the password may have changed and the password not: programs that use the file need not take notice.
        if (!fits || !Pkcs12.opens(file, password)) {
            LOG.infof("Certificate %s/%s is exported into Secret %s", look.namespace(), look.name(), name);
            file = make(pair, password, export, look.name());
        }
        return secrets.write(look.certificate(), name, TYPE, Map.of(CONTENTS, contents, PASSWORD, named.version(), FILE, Fingerprints.sha256(file)),
                Map.of(SecretKeyRef.PKCS12_FILE, file), live);
    }

    private static byte[] make(Pair pair, char[] password, CertificateSpec.Pkcs12Export export, String friendlyName) throws Unresolved {
        try {
            return Pkcs12.write(pair.chain(), pair.key().getPrivate(), password, export.encryption, friendlyName);
        } catch (IllegalArgumentException e) {
            throw new Unresolved(FIELD, Reasons.INVALID_PASSWORD, e.getMessage());
        }
    }

    private Pair pair(Look look) throws Unresolved {
        Secret secret = tlsSecrets.of(look.certificate())
                .orElseThrow(() -> new Unresolved(null, Problem.Reason.CERTIFICATE_NOT_READY, "there is no certificate to export yet"));
        String chain = TlsPair.chain(secret);
        String key = TlsPair.key(secret);
        try {
            KeyPair pair = KeyPairs.parse(key == null ? "" : key);
            Arrangement arranged = Arrangement.of(Chains.parse(chain == null ? "" : chain), pair.getPublic(), roots, look.now());
            if (arranged.findings().stream().anyMatch(finding -> finding.kind() == Arrangement.Kind.KEY_MISMATCH)) {
                throw new Unresolved(null, Problem.Reason.KEY_MISMATCH, "the key in Secret '" + secret.getMetadata().getName() + "' fits none of its certificates");
            }
            return new Pair(arranged.chain(), pair);
        } catch (IllegalArgumentException e) {
            throw new Unresolved(null, Problem.Reason.INVALID_CERTIFICATE, "Secret '" + secret.getMetadata().getName() + "': " + e.getMessage());
        }
    }
}
