package dev.postern.operator.kube;

import dev.postern.api.Certificate;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** Whose a Secret is. */
public final class CertificateSecrets {
    private CertificateSecrets() {
    }

    /** Whether the operator made this Secret for this Certificate, which never uses one that merely has the right name. */
    public static boolean isOf(Certificate certificate, HasMetadata secret) {
        return secret.getMetadata().getOwnerReferences() != null && secret.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()) && owner.getUid().equals(certificate.getMetadata().getUid()));
    }
}
