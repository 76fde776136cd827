package dev.postern.operator.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The series of Certificates, as Prometheus reads them. */
class CertificateMetricsTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CertificateMetrics metrics = new CertificateMetrics(registry);

    @Test
    void aCertificateHasItsSeriesUntilItIsGone() {
        Certificate mail = certificate("mail");
        metrics.said(mail, status("aa", "True"));
        assertThat(series()).containsExactlyInAnyOrder(
                "postern_certificate_not_after_timestamp_seconds{fingerprint=\"aa\",gateway=\"edge\",name=\"mail\",namespace=\"ns\",source=\"demo\"} 1.8303336E9",
                "postern_certificate_renewal_timestamp_seconds{name=\"mail\",namespace=\"ns\"} 1.8198144E9",
                "postern_certificate_ready{name=\"mail\",namespace=\"ns\"} 1.0");
        metrics.deleted(mail);
        assertThat(series()).isEmpty();
        metrics.deleted(mail);
    }

    @Test
    void anotherFingerprintTakesThePlaceOfTheOneBeforeAndCounts() {
        Certificate mail = certificate("mail");
        metrics.said(mail, status("aa", "True"));
        metrics.said(mail, status("bb", "False"));
        metrics.said(mail, status("bb", "False"));
        assertThat(series()).filteredOn(s -> s.contains("not_after")).singleElement().asString().contains("fingerprint=\"bb\"");
        assertThat(series()).contains("postern_certificate_ready{name=\"mail\",namespace=\"ns\"} 0.0",
                "postern_certificate_renewals_total{namespace=\"ns\",result=\"renewed\"} 1.0");
    }

    @Test
    void oneThatIsNotThereYetIsOnlyNotReady() {
        CertificateStatus status = status(null, "False");
        status.notAfter = null;
        status.renewalTime = null;
        metrics.said(certificate("mail"), status);
        assertThat(series()).containsExactly("postern_certificate_ready{name=\"mail\",namespace=\"ns\"} 0.0");
        metrics.said(certificate("mail"), status("aa", "True"));
        assertThat(series()).hasSize(3).noneMatch(s -> s.contains("renewals"));
    }

    @Test
    void anOperatorThatStartsCountsNothingThatWasThere() {
        Certificate mail = certificate("mail");
        mail.setStatus(refused(status("aa", "True")));
        metrics.said(mail, refused(status("aa", "True")));
        assertThat(series()).noneMatch(s -> s.contains("renewals"));
        Certificate other = certificate("other");
        other.setStatus(status("aa", "True"));
        metrics.said(other, refused(status("bb", "True")));
        assertThat(series()).contains("postern_certificate_renewals_total{namespace=\"ns\",result=\"renewed\"} 1.0",
                "postern_certificate_renewals_total{namespace=\"ns\",result=\"refused\"} 1.0");
    }

    @Test
    void thousandsHaveNoMoreMetersThanTheyNeed() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 2000; i++) {
                metrics.said(certificate("c" + i), status("f" + round, "True"));
            }
        }
        assertThat(registry.getMeters()).hasSize(3 * 2000 + 1);
        for (int i = 0; i < 2000; i++) {
            metrics.deleted(certificate("c" + i));
        }
        assertThat(registry.getMeters()).hasSize(1);
    }

    private List<String> series() {
        return Stream.of(registry.scrape().split("\n")).filter(line -> line.startsWith("postern_")).map(line -> line.replace(",}", "}")).toList();
    }

    private static Certificate certificate(String name) {
        var certificate = new Certificate();
        certificate.getMetadata().setNamespace("ns");
        certificate.getMetadata().setName(name);
        certificate.setSpec(new CertificateSpec());
        certificate.getSpec().gatewayRef.name = "edge";
        certificate.getSpec().source = new CertificateSpec.Source();
        certificate.getSpec().source.demo = new CertificateSpec.Demo();
        return certificate;
    }

    private static CertificateStatus status(String fingerprint, String ready) {
        var status = new CertificateStatus();
        status.fingerprint = fingerprint;
        status.notAfter = "2028-01-01T10:00:00Z";
        status.renewalTime = "2027-09-01T16:00:00Z";
        status.conditions = List.of(new ConditionBuilder().withType(ConditionTypes.READY).withStatus(ready).withReason("x").build());
        return status;
    }

    private static CertificateStatus refused(CertificateStatus status) {
        status.conditions = List.of(new ConditionBuilder().withType(ConditionTypes.READY).withStatus("True").withReason("x").build(),
                new ConditionBuilder().withType(ConditionTypes.ISSUING).withStatus("False").withReason("AnswerRefused").build());
        return status;
    }
}
