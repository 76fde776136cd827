package dev.postern.operator.kube;

import dev.postern.api.Certificate;
import io.fabric8.kubernetes.api.model.Secret;

/** Whose a Secret is. */
public final class CertificateSecrets {
    private CertificateSecrets() {
    }

    /** Whether the operator made this Secret for this Certificate. */
    public static boolean isOf(Certificate certificate, Secret secret) {
        return secret.getMetadata().getOwnerReferences() != null && secret.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()) && owner.getUid().equals(certificate.getMetadata().getUid()));
    }

    /** Whether a Certificate may take what is in a Secret: one that it names, or its own; never one that merely has its own's name. */
    public static boolean mayUse(Certificate certificate, Secret secret) {
        var source = certificate.getSpec().source;
        return source != null && source.secretRef != null || isOf(certificate, secret);
    }
}
