package dev.postern.operator.kube;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The kubernetes.io/tls Secrets, from the one informer that has them: the API server filters by that type, so that the other
 * Secrets of the cluster, tokens and charts, never come here.
 */
@Singleton
public final class TlsSecrets {
    public static final String TYPE = "kubernetes.io/tls";
    public static final String CHAIN = "tls.crt";
    public static final String KEY = "tls.key";
    private static final String SUFFIX = "-tls";

    private volatile Cache<Secret> cache;

    /** Takes the cache; it may start later. */
    public void follow(Cache<Secret> secrets) {
        cache = secrets;
    }

    public Optional<Secret> get(String namespace, String name) {
        return cache.get(new ResourceID(name, namespace));
    }

    /** The Secret that a Certificate is kept in, whether it exists or not. */
    public static String nameFor(Certificate certificate) {
        CertificateSpec spec = certificate.getSpec();
        return spec.source != null && spec.source.secretRef != null ? spec.source.secretRef.name : certificate.getMetadata().getName() + SUFFIX;
    }

    /** A file of a Secret as text; null where the Secret does not have it, or what it has is not Base64. */
    public static String text(Secret secret, String file) {
        String data = secret.getData() == null ? null : secret.getData().get(file);
        if (data == null) {
            return null;
        }
        try {
            return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
