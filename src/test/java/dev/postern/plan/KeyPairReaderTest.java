package dev.postern.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestCertificates;
import dev.postern.pki.path.Arrangement.Finding;
import dev.postern.pki.path.Arrangement.Kind;
import dev.postern.plan.KeyPairReader.Reading;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyPairReaderTest {
    private static final KeyPair ROOT_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair MIDDLE_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair LEAF_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant MIDDLE_UNTIL = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant LEAF_UNTIL = Instant.parse("2026-09-01T00:00:00Z");
    private static final X509Certificate ROOT = TestCertificates.authority("CN=Root", ROOT_KEYS);
    private static final X509Certificate MIDDLE = TestCertificates.issue("CN=Middle", MIDDLE_KEYS.getPublic(), null, true, "CN=Root", ROOT_KEYS.getPrivate(), FROM, MIDDLE_UNTIL);
    private static final X509Certificate LEAF = TestCertificates.issue("CN=x", LEAF_KEYS.getPublic(), null, false, "CN=Middle", MIDDLE_KEYS.getPrivate(), FROM, LEAF_UNTIL);
    private static final KeyPairPem PAIR = new KeyPairPem("x-tls", Chains.toPem(List.of(MIDDLE, LEAF)), KeyPairs.toPem(LEAF_KEYS.getPrivate()));

    @Test
    void whatItRemembersIsWhatItWouldReadAnew() {
        var reader = new KeyPairReader(Set.of(ROOT));
        for (Instant at : List.of(FROM.minusSeconds(1), FROM, MIDDLE_UNTIL, MIDDLE_UNTIL.plusNanos(1), LEAF_UNTIL, LEAF_UNTIL.plusNanos(1), FROM)) {
            Reading first = reader.read(PAIR, at);
            assertThat(first).isEqualTo(new KeyPairReader(Set.of(ROOT)).read(PAIR, at)).isSameAs(reader.read(PAIR, at));
        }
    }

    @Test
    void itSaysHowLongItHolds() {
        var reader = new KeyPairReader(Set.of(ROOT));
        assertThat(reader.read(PAIR, FROM).until()).isEqualTo(MIDDLE_UNTIL.plusNanos(1));
        assertThat(reader.read(PAIR, MIDDLE_UNTIL.plusNanos(1)).findings()).extracting(Finding::kind).containsExactly(Kind.EXPIRING_INTERMEDIATE, Kind.OUT_OF_ORDER);
        assertThat(reader.read(PAIR, LEAF_UNTIL.plusNanos(1)).until()).isEqualTo(Instant.MAX);
    }

    @Test
    void pairsOfOneChainAndDifferentKeysAreDifferent() {
        var reader = new KeyPairReader(Set.of(ROOT));
        reader.read(PAIR, FROM);
        assertThat(reader.read(new KeyPairPem("x-tls", PAIR.chain(), KeyPairs.toPem(ROOT_KEYS.getPrivate())), FROM).findings()).extracting(Finding::kind).containsExactly(Kind.KEY_MISMATCH);
        assertThat(reader.read(new KeyPairPem("x-tls", PAIR.chain(), null), FROM).faults()).containsOnlyKeys("tls.key");
    }

    @Test
    void noTextHasTheKey() {
        assertThat(new KeyPairReader(Set.of()).read(PAIR, FROM).toString()).doesNotContain("PRIVATE KEY");
    }
}
