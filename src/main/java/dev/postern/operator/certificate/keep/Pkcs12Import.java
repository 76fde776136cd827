package dev.postern.operator.certificate.keep;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.SecretKeyRef;
import dev.postern.operator.certificate.keep.Look.Named;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.pki.Pkcs12.Contents;
import dev.postern.pki.Pkcs12Exception;
import io.fabric8.kubernetes.api.model.Secret;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Unpacks the PKCS#12 file of a Certificate. What was unpacked last stays in use until there is something that can be. */
final class Pkcs12Import {
    private static final Logger LOG = Logger.getLogger(Pkcs12Import.class);
    private static final String FILE_FIELD = "spec.source.pkcs12.secretRef";
    private static final String PASSWORD_FIELD = "spec.source.pkcs12.passwordSecretRef";

    private final TlsPair pairs;
    /** What became of each Certificate's file: to open one takes time, by design. */
    private final Map<ResourceID, Opened> opened = new ConcurrentHashMap<>();

    /** @param problem null where it could be read */
    private record Opened(String versions, Unresolved problem) {
    }

    Pkcs12Import(TlsPair pairs) {
        this.pairs = pairs;
    }

    void keep(Look look) throws Unresolved {
        CertificateSpec.Pkcs12 source = look.certificate().getSpec().source.pkcs12;
        Named file = look.key(source.secretRef, SecretKeyRef.PKCS12_FILE, FILE_FIELD);
        Named password = look.key(source.passwordSecretRef, SecretKeyRef.PASSWORD, PASSWORD_FIELD);
        Secret live = pairs.find(look);
        // Of the file alone: nothing that is kept tells of the password.
        String made = "pkcs12/" + Fingerprints.sha256(file.bytes());
        boolean current = made.equals(TlsPair.made(live)) && TlsPair.chain(live) != null && TlsPair.key(live) != null;
        ResourceID id = ResourceID.fromResource(look.certificate());
        String versions = file.version() + "\n" + password.version();
        Opened known = opened.get(id);
        if (known != null && known.versions().equals(versions) && (current || known.problem() != null)) {
            if (known.problem() != null) {
                throw known.problem();
            }
            return;
        }
        Contents contents;
        try {
            contents = open(file, password, source);
        } catch (Unresolved e) {
            opened.put(id, new Opened(versions, e));
            throw e;
        }
        if (!current) {
            LOG.infof("Certificate %s/%s is unpacked from Secret %s", look.namespace(), look.name(), source.secretRef.name);
            pairs.write(look, Chains.toPem(contents.certificates()), KeyPairs.toPem(contents.key().getPrivate()), made, live);
        }
        opened.put(id, new Opened(versions, null));
    }

    void forget(Certificate certificate) {
        opened.remove(ResourceID.fromResource(certificate));
    }

    private static Contents open(Named file, Named password, CertificateSpec.Pkcs12 source) throws Unresolved {
        String where = source.secretRef.keyOr(SecretKeyRef.PKCS12_FILE) + " of Secret '" + source.secretRef.name + "': ";
        try {
            return Pkcs12.read(file.bytes(), SecretPasswords.read(password.bytes(), PASSWORD_FIELD, source.passwordSecretRef));
        } catch (Pkcs12Exception e) {
            boolean wrong = e.reason() == Pkcs12Exception.Reason.WrongPassword;
            throw new Unresolved(wrong ? PASSWORD_FIELD : FILE_FIELD, e.reason().name(), where + e.getMessage());
        }
    }
}
