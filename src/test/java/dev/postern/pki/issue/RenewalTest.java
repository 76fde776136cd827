package dev.postern.pki.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.api.CertificateSpec.Subject;
import dev.postern.pki.KeyPairs;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When certificates are renewed, and that those which were made together are not renewed together. */
class RenewalTest {
    private static final KeyPair KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant UNTIL = FROM.plus(Duration.ofDays(90));

    @Test
    void renewsAtTwoThirdsOfItsLifeOrAsAskedAndUpToATenthEarlier() {
        X509Certificate leaf = leaf();
        assertThat(Renewal.at(leaf, null)).isBetween(FROM.plus(Duration.ofDays(56)), FROM.plus(Duration.ofDays(60)));
        assertThat(Renewal.at(leaf, Duration.ofDays(10))).isBetween(FROM.plus(Duration.ofDays(79)), FROM.plus(Duration.ofDays(80)));
        assertThat(Renewal.at(leaf, Duration.ofDays(91))).as("not for ever").isEqualTo(Renewal.at(leaf, null));
        assertThat(Renewal.at(leaf, null)).as("whoever asks").isEqualTo(Renewal.at(leaf, null));
    }

    @Test
    void thoseThatWereMadeTogetherAreSpreadOverTheTenthEvenly() {
        List<Long> times = IntStream.range(0, 400).mapToObj(i -> Renewal.at(leaf(), null).toEpochMilli()).sorted().toList();
        long earliest = FROM.plus(Duration.ofDays(57)).toEpochMilli();
        long tenth = Duration.ofDays(3).toMillis();
        for (int part = 0; part < 4; part++) {
            long from = earliest + part * tenth / 4;
            assertThat(times.stream().filter(t -> t >= from && t < from + tenth / 4).count()).as("quarter " + part).isBetween(60L, 140L);
        }
    }

    private static X509Certificate leaf() {
        return SelfSigned.issue(new Subject(), List.of("mail.example.com"), KEYS, FROM, UNTIL);
    }
}
