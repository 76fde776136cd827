package dev.postern.operator.certificate.status;

import dev.postern.api.CertificateSpec;
import dev.postern.api.SecretKeyRef;
import java.util.Optional;

/** Where a certificate comes from: who renews it, and what someone is to do where that fails. */
public enum Origin {
    SELF_SIGNED("selfSigned", true),
    DEMO("demo", true),
    /** A person has the signing request signed. */
    PERSON("signedCertificate", false),
    SIGNER("signerName", true),
    ISSUER("issuerRef", true),
    PKCS12("pkcs12", false),
    SECRET("secretRef", false);

    private final String label;
    private final boolean automatic;

    Origin(String label, boolean automatic) {
        this.label = label;
        this.automatic = automatic;
    }

    /** Empty where the source is none, which the API server lets nobody write. */
    public static Optional<Origin> of(CertificateSpec spec) {
        var source = spec.source;
        if (source == null) {
            return Optional.empty();
        }
        if (source.signingRequest != null) {
            return Optional.of(source.signingRequest.signerName != null ? SIGNER : source.signingRequest.issuerRef != null ? ISSUER : PERSON);
        }
        return Optional.ofNullable(source.selfSigned != null ? SELF_SIGNED : source.demo != null ? DEMO
                : source.pkcs12 != null ? PKCS12 : source.secretRef != null ? SECRET : null);
    }

    /** The field of {@code spec.source} or {@code spec.source.signingRequest} that chose it. */
    public String label() {
        return label;
    }

    /** Whether the operator renews it, so that it is news only when that did not happen. */
    public boolean automatic() {
        return automatic;
    }

    /** What to do for a certificate of this origin that is near its end or past it. */
    public String advice(CertificateSpec spec) {
        return switch (this) {
            case SELF_SIGNED, DEMO -> "it should have been made anew here: Ready and the operator's log say what keeps it";
            case PERSON -> "have status.signingRequest signed again and put the answer into spec.source.signingRequest.signedCertificate";
            case SIGNER -> "signer '" + spec.source.signingRequest.signerName
                    + "' has not signed the new request: see the condition Issuing, and whether its CertificateSigningRequest was approved";
            case ISSUER -> spec.source.signingRequest.issuerRef.kind + " '" + spec.source.signingRequest.issuerRef.name
                    + "' has not signed the new request: see the condition Issuing, and its CertificateRequest";
            case PKCS12 -> "put the file of a new certificate into Secret '" + name(spec.source.pkcs12.secretRef) + "'";
            case SECRET -> "put a new certificate into Secret '" + spec.source.secretRef.name + "', or see to what keeps it";
        };
    }

    private static String name(SecretKeyRef reference) {
        return reference == null ? "" : reference.name;
    }
}
