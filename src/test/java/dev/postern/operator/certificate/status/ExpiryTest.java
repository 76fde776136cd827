package dev.postern.operator.certificate.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.api.Durations;
import dev.postern.api.LocalRef;
import dev.postern.api.SecretKeyRef;
import dev.postern.operator.status.ConditionSet;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When a certificate is said to be near its end, and when that is looked at again. */
class ExpiryTest {
    private static final Instant START = Instant.parse("2027-01-01T00:00:00Z");

    /** What is said of a certificate of this life, this long before its end. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        // A third of its life, 30 days at most.
        "365d | 31d   | -",
        "365d | 30d   | ExpiresWithin30Days",
        "365d | 15d   | ExpiresWithin30Days",
        "365d | 14d   | ExpiresWithin14Days",
        "365d | 8d    | ExpiresWithin14Days",
        "365d | 7d    | ExpiresWithin7Days",
        "365d | 3d    | ExpiresWithin3Days",
        "365d | 25h   | ExpiresWithin3Days",
        "365d | 1d    | ExpiresWithin1Day",
        "365d | 1m    | ExpiresWithin1Day",
        "45d  | 16d   | -",
        "45d  | 15d   | ExpiresWithin30Days",
        "45d  | 14d   | ExpiresWithin14Days",
        // A week or less is told in hours too.
        "6d   | 49h   | -",
        "6d   | 48h   | ExpiresWithin3Days",
        "6d   | 6h    | ExpiresWithin6Hours",
        "6h   | 121m  | -",
        "6h   | 2h    | ExpiresWithin6Hours",
        "6h   | 1h    | ExpiresWithin1Hour",
        "1h   | 21m   | -",
        "1h   | 20m   | ExpiresWithin1Hour",
    })
    void whatSomeoneElseRenewsIsExpiringForTheLastThirdOfItsLife(String life, String left, String reason) {
        CertificateStatus status = status(duration(life), null);
        Instant now = Instant.parse(status.notAfter).minus(duration(left));
        assertThat(reason(status, secret(), now)).isEqualTo(Optional.ofNullable(reason));
        assertThat(reason(status, automatic(), now)).as("a renewal time that is not known").isEqualTo(Optional.ofNullable(reason));
    }

    /** What is said of one that should have been renewed this long before its end, after this delay. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "400d | 130d | 19d  | -",
        "400d | 130d | 20d  | RenewalOverdue",
        "400d | 130d | 100d | ExpiresWithin30Days",
        "400d | 130d | 129d | ExpiresWithin1Day",
        "10d  | 3d   | 11h  | -",
        "10d  | 3d   | 12h  | ExpiresWithin3Days",
        "6h   | 2h   | 59m  | -",
        "6h   | 2h   | 1h   | ExpiresWithin1Hour",
        "1h   | 20m  | 9m   | -",
        "1h   | 20m  | 10m  | ExpiresWithin1Hour",
    })
    void whatIsRenewedHereIsExpiringOnlyWhenThatIsLate(String life, String before, String delay, String reason) {
        CertificateStatus status = status(duration(life), duration(before));
        Instant now = Instant.parse(status.renewalTime).plus(duration(delay));
        assertThat(reason(status, automatic(), now)).isEqualTo(Optional.ofNullable(reason));
    }

    @Test
    void theEndIsTheEndForAllAndIsNotReady() {
        CertificateStatus status = status(Duration.ofDays(90), Duration.ofDays(30));
        Instant end = Instant.parse(status.notAfter);
        for (CertificateSpec spec : List.of(secret(), automatic())) {
            assertThat(conditions(status, spec, end)).extracting("type").containsExactly(ConditionTypes.EXPIRING);
            assertThat(conditions(status, spec, end.plusSeconds(1))).extracting("type", "status", "reason").containsExactlyInAnyOrder(
                    tuple("Ready", "False", "Expired"), tuple("Expired", "True", "Expired"));
        }
    }

    @Test
    void everyChangeHasATimeToLookAndEachIsLater() {
        for (CertificateSpec spec : List.of(secret(), automatic())) {
            for (String life : List.of("1h", "6h", "6d", "45d", "365d", "3650d")) {
                CertificateStatus status = status(duration(life), duration(life).dividedBy(3));
                List<Optional<String>> said = new ArrayList<>();
                List<Instant> looks = new ArrayList<>();
                Instant now = START;
                for (Optional<Instant> next = next(status, spec, now); next.isPresent(); next = next(status, spec, now)) {
                    assertThat(next.get()).isAfter(now);
                    now = next.get();
                    looks.add(now);
                    said.add(reason(status, spec, now.plusSeconds(1)));
                }
                assertThat(looks).contains(Instant.parse(status.renewalTime)).endsWith(Instant.parse(status.notAfter));
                // Nothing changes between two looks.
                for (int i = 0; i + 1 < looks.size(); i++) {
                    assertThat(reason(status, spec, looks.get(i + 1).minusMillis(1))).as("%s before %s", life, looks.get(i + 1)).isEqualTo(said.get(i));
                }
            }
        }
    }

    @Test
    void aTimerIsNotTrustedForLongAndStopsAtTheEnd() {
        CertificateStatus status = status(Duration.ofDays(365), null);
        Instant end = Instant.parse(status.notAfter);
        assertThat(CertificateStatusFactory.nextLook(status, secret(), START)).contains(Duration.ofHours(12));
        assertThat(CertificateStatusFactory.nextLook(status, secret(), end.minus(Duration.ofDays(3)).minusSeconds(5))).contains(Duration.ofSeconds(6));
        assertThat(CertificateStatusFactory.nextLook(status, secret(), end.plusSeconds(1))).isEmpty();
        assertThat(CertificateStatusFactory.nextLook(new CertificateStatus(), secret(), START)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Origin.class)
    void everyOriginSaysWhatToDo(Origin origin) {
        CertificateSpec spec = spec(origin);
        assertThat(Origin.of(spec)).contains(origin);
        CertificateStatus status = status(Duration.ofDays(90), Duration.ofDays(30));
        String message = conditions(status, spec, Instant.parse(status.notAfter).minusSeconds(60)).getFirst().getMessage();
        assertThat(message).startsWith("the certificate ends at " + status.notAfter).contains(switch (origin) {
            case SELF_SIGNED, DEMO -> "Ready and the operator's log";
            case PERSON -> "have status.signingRequest signed again and put the answer into spec.source.signingRequest.signedCertificate";
            case SIGNER -> "signer 'example.com/mail'";
            case ISSUER -> "ClusterIssuer 'ours'";
            case PKCS12, SECRET -> "into Secret 'kept'";
        });
        assertThat(message.contains("renewal was due")).isEqualTo(origin.automatic());
    }

    private static CertificateStatus status(Duration life, Duration renewBefore) {
        var status = new CertificateStatus();
        status.notBefore = START.toString();
        status.notAfter = START.plus(life).toString();
        status.renewalTime = renewBefore == null ? null : START.plus(life).minus(renewBefore).toString();
        return status;
    }

    private static Optional<String> reason(CertificateStatus status, CertificateSpec spec, Instant now) {
        return conditions(status, spec, now).stream().filter(c -> !c.getType().equals(ConditionTypes.READY)).map(Condition::getReason).findFirst();
    }

    private static List<Condition> conditions(CertificateStatus status, CertificateSpec spec, Instant now) {
        var set = new ConditionSet(List.of(), 1, () -> now);
        Expiry.of(status, spec).ifPresent(expiry -> expiry.put(set, now));
        return set.build();
    }

    private static Optional<Instant> next(CertificateStatus status, CertificateSpec spec, Instant now) {
        return Expiry.of(status, spec).orElseThrow().nextChange(now);
    }

    private static CertificateSpec secret() {
        return spec(Origin.SECRET);
    }

    private static CertificateSpec automatic() {
        return spec(Origin.SELF_SIGNED);
    }

    private static Duration duration(String text) {
        return Durations.parse(text);
    }

    private static CertificateSpec spec(Origin origin) {
        var spec = new CertificateSpec();
        spec.source = new CertificateSpec.Source();
        switch (origin) {
            case SELF_SIGNED -> spec.source.selfSigned = new CertificateSpec.SelfSigned();
            case DEMO -> spec.source.demo = new CertificateSpec.Demo();
            case PERSON -> spec.source.signingRequest = new CertificateSpec.SigningRequest();
            case SIGNER -> {
                spec.source.signingRequest = new CertificateSpec.SigningRequest();
                spec.source.signingRequest.signerName = "example.com/mail";
            }
            case ISSUER -> {
                spec.source.signingRequest = new CertificateSpec.SigningRequest();
                spec.source.signingRequest.issuerRef = new CertificateSpec.IssuerRef();
                spec.source.signingRequest.issuerRef.name = "ours";
                spec.source.signingRequest.issuerRef.kind = "ClusterIssuer";
            }
            case PKCS12 -> {
                spec.source.pkcs12 = new CertificateSpec.Pkcs12();
                spec.source.pkcs12.secretRef = new SecretKeyRef();
                spec.source.pkcs12.secretRef.name = "kept";
            }
            case SECRET -> {
                spec.source.secretRef = new LocalRef();
                spec.source.secretRef.name = "kept";
            }
        }
        return spec;
    }
}
