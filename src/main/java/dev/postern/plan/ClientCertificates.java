package dev.postern.plan;

import dev.postern.api.Certificate;
import dev.postern.api.LocalRef;
import dev.postern.pki.Chains;
import dev.postern.pki.Purposes;
import java.util.Optional;

/** Certificates that delivery shows to servers that ask for one. */
final class ClientCertificates {
    private final Catalog<ServedCertificate> certificates;

    ClientCertificates(Catalog<ServedCertificate> certificates) {
        this.certificates = certificates;
    }

    /**
     * The name of the certificate that {@code ref} names; null where it names none, and after a problem.
     *
     * @param field path of the reference, without its name
     */
    String resolve(LocalRef ref, String field, Problems.Scope scope) {
        if (ref == null) {
            return null;
        }
        Optional<ServedCertificate> found = named(ref, field, scope);
        found.filter(c -> !Purposes.forClients(Chains.parse(c.plan().chainPem()).getFirst())).ifPresent(c -> scope.warning(field + ".name", Problem.Reason.NOT_VERIFIABLE,
                "Certificate '" + ref.name + "' is not for clients: its extended key usage lacks clientAuth; servers that verify it will refuse it"));
        return found.map(c -> c.plan().name()).orElse(null);
    }

    /** The certificate that {@code ref} names, whatever it is for; empty where {@code ref} is null, and after a problem. */
    Optional<ServedCertificate> named(LocalRef ref, String field, Problems.Scope scope) {
        return ref == null ? Optional.empty() : certificates.resolve(ref.name, field + ".name", Problem.Reason.CERTIFICATE_NOT_FOUND,
                Problem.Reason.CERTIFICATE_NOT_READY, scope);
    }

    /** Whether a certificate that a plan names is there to be shown, now or as it last was good; so is none at all. */
    boolean isThere(String name) {
        return name == null || certificates.find(name).isPresent();
    }
}
