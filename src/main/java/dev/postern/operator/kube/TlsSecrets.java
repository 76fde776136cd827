package dev.postern.operator.kube;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.operator.kube.NamedWatches.Name;
import io.fabric8.kubernetes.api.model.Secret;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The Secrets that certificates are in. The operator's own come from one informer, by their label; those of others are read by the
 * name that a Certificate gives. The other Secrets of the cluster, tokens and charts, never come here.
 */
@Singleton
public final class TlsSecrets {
    public static final String TYPE = "kubernetes.io/tls";
    public static final String CHAIN = "tls.crt";
    public static final String KEY = "tls.key";
    private static final String SUFFIX = "-tls";

    private final NamedWatches watches;
    private volatile Cache<Secret> own;

    public TlsSecrets(NamedWatches watches) {
        this.watches = watches;
    }

    /** Takes the cache of the operator's own Secrets; it may start later. */
    public void follow(Cache<Secret> secrets) {
        own = secrets;
    }

    /** The Secret that a Certificate may use. */
    public Optional<Secret> of(Certificate certificate) {
        var id = new ResourceID(nameFor(certificate), certificate.getMetadata().getNamespace());
        boolean given = isGiven(certificate);
        return (given ? watches.peek(new Name<>(Types.SECRET, id)) : own.get(id)).filter(secret -> given || CertificateSecrets.isOf(certificate, secret));
    }

    /** Whether someone else keeps the Secret of a Certificate. */
    public static boolean isGiven(Certificate certificate) {
        CertificateSpec spec = certificate.getSpec();
        return spec.source != null && spec.source.secretRef != null && spec.source.secretRef.name != null;
    }

    /** The Secret that a Certificate is kept in, whether it exists or not. */
    public static String nameFor(Certificate certificate) {
        return isGiven(certificate) ? certificate.getSpec().source.secretRef.name : certificate.getMetadata().getName() + SUFFIX;
    }

    /** A file of a Secret; null where the Secret does not have it, or what it has is not Base64. */
    public static byte[] bytes(Secret secret, String file) {
        String data = secret.getData() == null ? null : secret.getData().get(file);
        try {
            return data == null ? null : Base64.getDecoder().decode(data);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A file of a Secret as text; null where the Secret does not have it, or what it has is not Base64. */
    public static String text(Secret secret, String file) {
        byte[] bytes = bytes(secret, file);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
