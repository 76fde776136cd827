package dev.postern.operator.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Rotation;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.api.Durations;
import dev.postern.plan.PlanParts;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a certificate that is made here shall be.
 *
 * @param renewBefore null for a third of its life
 */
record Wanted(Subject subject, List<String> dnsNames, Algorithm algorithm, Rotation rotation, Duration duration, Duration renewBefore) {
    private static final ObjectMapper JSON = JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    /**
     * @param hostname of the gateway, which a demo certificate is for
     * @return null where it is not made here
     * @throws IllegalArgumentException when a duration is none
     */
    static Wanted of(Certificate certificate, String hostname) {
        CertificateSpec spec = certificate.getSpec();
        boolean demo = spec.source.demo != null;
        if (!demo && spec.source.selfSigned == null) {
            return null;
        }
        return new Wanted(demo ? new Subject() : spec.subject, demo ? List.of(hostname) : List.copyOf(spec.dnsNames), spec.privateKey.algorithm,
                spec.privateKey.rotation, Durations.parse(spec.duration), spec.renewBefore == null ? null : Durations.parse(spec.renewBefore));
    }

    /** Digest of what makes another certificate of it; when it is renewed does not. */
    String digest() {
        try {
            String json = JSON.writeValueAsString(Map.of("subject", subject, "dnsNames", dnsNames, "algorithm", algorithm, "seconds", duration.toSeconds()));
            return PlanParts.sha256(json).substring(0, 16);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
