package dev.postern.plan;

/**
 * A certificate that listeners serve or that delivery shows.
 *
 * @param chainPem    leaf first, then intermediates
 * @param fingerprint SHA-256 of the leaf in lower-case hex; the key of the same name in the plan's Secret fits this leaf
 */
public record CertificatePlan(ResourceRef resource, String chainPem, String fingerprint) {
    public String name() {
        return resource.name();
    }
}
