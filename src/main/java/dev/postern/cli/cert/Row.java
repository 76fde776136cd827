package dev.postern.cli.cert;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A Certificate in one line: what {@code list} prints. Null is what is not known.
 *
 * @param source     selfSigned, signingRequest, pkcs12, secretRef or demo
 * @param notAfter   RFC 3339
 * @param daysLeft   whole days until then; negative after it
 * @param ready      True, False or Unknown
 * @param verifiable True, False or Unknown; null where nobody looked
 */
@JsonPropertyOrder({"name", "namespace", "gateway", "source", "notAfter", "daysLeft", "ready", "reason", "keyAlgorithm", "fingerprint", "issuer", "dnsNames", "verifiable"})
record Row(String name, String namespace, String gateway, String source, String notAfter, Long daysLeft, String ready, String reason, String keyAlgorithm,
        String fingerprint, String issuer, List<String> dnsNames, String verifiable) {

    static Row of(Certificate certificate, Instant now) {
        CertificateStatus status = certificate.getStatus() == null ? new CertificateStatus() : certificate.getStatus();
        Condition ready = Waiting.condition(certificate, ConditionTypes.READY);
        Condition verifiable = Waiting.condition(certificate, ConditionTypes.VERIFIABLE);
        return new Row(certificate.getMetadata().getName(), certificate.getMetadata().getNamespace(), certificate.getSpec().gatewayRef.name, source(certificate.getSpec().source),
                status.notAfter, status.notAfter == null ? null : daysLeft(Instant.parse(status.notAfter), now), ready == null ? "Unknown" : ready.getStatus(),
                ready == null ? null : ready.getReason(), status.keyAlgorithm, status.fingerprint, status.issuer,
                status.dnsNames == null || status.dnsNames.isEmpty() ? null : status.dnsNames, verifiable == null ? null : verifiable.getStatus());
    }

    static long daysLeft(Instant end, Instant now) {
        return Math.floorDiv(Duration.between(now, end).toSeconds(), Duration.ofDays(1).toSeconds());
    }

    static String source(CertificateSpec.Source source) {
        return source == null ? null : source.selfSigned != null ? "selfSigned" : source.signingRequest != null ? "signingRequest" : source.pkcs12 != null ? "pkcs12"
                : source.secretRef != null ? "secretRef" : source.demo != null ? "demo" : null;
    }
}
