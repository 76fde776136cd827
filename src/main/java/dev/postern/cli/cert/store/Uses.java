package dev.postern.cli.cert.store;

import dev.postern.api.Certificate;
import dev.postern.api.Listener;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Which listeners use a Certificate. */
final class Uses {
    private Uses() {
    }

    /** By name. */
    static List<Listener> of(Certificate certificate, List<Listener> listeners) {
        return listeners.stream().filter(l -> l.getSpec() != null && l.getSpec().certificateRefs != null
                        && Objects.equals(l.getMetadata().getNamespace(), certificate.getMetadata().getNamespace())
                        && l.getSpec().gatewayRef.name.equals(certificate.getSpec().gatewayRef.name)
                        && l.getSpec().certificateRefs.stream().anyMatch(ref -> certificate.getMetadata().getName().equals(ref.name)))
                .sorted(Comparator.comparing(l -> l.getMetadata().getName())).toList();
    }
}
