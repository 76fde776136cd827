package dev.postern.pki.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.CertificateSpec.Algorithm;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.TestCertificates;
import dev.postern.pki.path.Arrangement.Finding;
import dev.postern.pki.path.Arrangement.Kind;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class ArrangementTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final KeyPair OLD_ROOT_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair ROOT_KEYS = KeyPairs.generate(Algorithm.ECDSA_P256);
    private static final KeyPair MIDDLE_KEYS = KeyPairs.generate(Algorithm.RSA_2048);
    private static final KeyPair LEAF_KEYS = KeyPairs.generate(Algorithm.ECDSA_P384);
    private static final X509Certificate OLD_ROOT = authority("CN=Old", OLD_ROOT_KEYS, "CN=Old", OLD_ROOT_KEYS, 20);
    private static final X509Certificate ROOT = authority("CN=Root", ROOT_KEYS, "CN=Root", ROOT_KEYS, 30);
    private static final X509Certificate CROSS = authority("CN=Root", ROOT_KEYS, "CN=Old", OLD_ROOT_KEYS, 10);
    private static final X509Certificate MIDDLE = authority("CN=Middle", MIDDLE_KEYS, "CN=Root", ROOT_KEYS, 5);
    private static final X509Certificate LEAF = leaf("CN=mail.example.com", 1);

    private static X509Certificate authority(String name, KeyPair keys, String issuer, KeyPair issuerKeys, int years) {
        return TestCertificates.issue(name, keys.getPublic(), null, true, issuer, issuerKeys.getPrivate(), FROM, FROM.plus(Duration.ofDays(365L * years)));
    }

    private static X509Certificate leaf(String name, int years) {
        return TestCertificates.issue(name, LEAF_KEYS.getPublic(), null, false, "CN=Middle", MIDDLE_KEYS.getPrivate(), FROM, FROM.plus(Duration.ofDays(365L * years)));
    }

    private static Arrangement arrange(Collection<X509Certificate> roots, X509Certificate... given) {
        return Arrangement.of(List.of(given), LEAF_KEYS.getPublic(), roots, NOW);
    }

    private static String message(Arrangement arrangement, Kind kind) {
        return arrangement.findings().stream().filter(f -> f.kind() == kind).map(Finding::message).findFirst().orElse("no " + kind + " in " + arrangement.findings());
    }

    @Test
    void aWholeChainIsServedAsItIsWithOrWithoutItsRoot() {
        assertThat(arrange(List.of(ROOT), LEAF, MIDDLE)).isEqualTo(new Arrangement(List.of(LEAF, MIDDLE), List.of()));
        assertThat(arrange(List.of(ROOT), LEAF, MIDDLE, ROOT)).isEqualTo(new Arrangement(List.of(LEAF, MIDDLE), List.of()));
        assertThat(arrange(List.of(), LEAF, MIDDLE, ROOT)).as("an authority of one's own").isEqualTo(new Arrangement(List.of(LEAF, MIDDLE), List.of()));
        assertThat(arrange(List.of(MIDDLE), LEAF)).as("issued by what peers know").isEqualTo(new Arrangement(List.of(LEAF), List.of()));
    }

    @Test
    void aSelfSignedCertificateIsItsOwnChain() {
        X509Certificate own = TestCertificates.issue("CN=own", LEAF_KEYS.getPublic(), null, false, "CN=own", LEAF_KEYS.getPrivate(), FROM, TestCertificates.UNTIL);
        assertThat(arrange(List.of(ROOT), own)).isEqualTo(new Arrangement(List.of(own), List.of()));
        assertThat(arrange(List.of(ROOT), own, ROOT).findings()).containsExactly(
                new Finding(Kind.UNRELATED, "'CN=Root' issued none of the chain of 'CN=own'; remove it"));
    }

    @Test
    void everyOrderIsRepairedAndReported() {
        for (int i = 1; i < 24; i++) {
            List<X509Certificate> given = new ArrayList<>(List.of(LEAF, MIDDLE, CROSS, OLD_ROOT));
            Collections.shuffle(given, new Random(i));
            Arrangement arrangement = Arrangement.of(given, LEAF_KEYS.getPublic(), List.of(), NOW);
            assertThat(arrangement.chain()).containsExactly(LEAF, MIDDLE, CROSS);
            assertThat(arrangement.findings()).extracting(Finding::kind)
                    .isEqualTo(given.equals(List.of(LEAF, MIDDLE, CROSS, OLD_ROOT)) ? List.of() : List.of(Kind.OUT_OF_ORDER));
        }
        assertThat(message(arrange(List.of(ROOT), MIDDLE, LEAF), Kind.OUT_OF_ORDER)).isEqualTo("the order given is 'CN=Middle', 'CN=mail.example.com';"
                + " served is 'CN=mail.example.com', 'CN=Middle'; write the server's own certificate first, and after each its issuer");
    }

    @Test
    void whatIsThereTwiceIsServedOnce() {
        Arrangement arrangement = arrange(List.of(ROOT), LEAF, MIDDLE, LEAF, MIDDLE, LEAF);
        assertThat(arrangement.chain()).containsExactly(LEAF, MIDDLE);
        assertThat(arrangement.findings()).containsExactly(new Finding(Kind.DUPLICATES,
                "'CN=mail.example.com' is there 3 times; 'CN=Middle' is there 2 times; each is served once at most; remove what is too many"));
    }

    @Test
    void theIntermediateOfBeforeARenewalIsNotServed() {
        X509Certificate before = authority("CN=Middle", KeyPairs.generate(Algorithm.ECDSA_P256), "CN=Root", ROOT_KEYS, 3);
        Arrangement sameName = arrange(List.of(ROOT), LEAF, before, MIDDLE);
        assertThat(sameName.chain()).containsExactly(LEAF, MIDDLE);
        assertThat(sameName.findings()).extracting(Finding::kind).containsExactly(Kind.UNRELATED);
        assertThat(message(sameName, Kind.UNRELATED)).matches("'CN=Middle' \\(serial [0-9a-f]+, of 'CN=Root', until 2028-12-31T00:00:00Z\\) has the name of the issuer of"
                + " 'CN=mail.example.com' but another key, and did not issue it; remove it");

        Arrangement otherName = arrange(List.of(ROOT), LEAF, authority("CN=Middle 1", KeyPairs.generate(Algorithm.ECDSA_P256), "CN=Root", ROOT_KEYS, 3));
        assertThat(otherName.chain()).containsExactly(LEAF);
        assertThat(message(otherName, Kind.UNRELATED)).isEqualTo("'CN=Middle 1' issued none of the chain of 'CN=mail.example.com'; remove it; what the chain needs is 'CN=Middle'");
        assertThat(message(otherName, Kind.INCOMPLETE)).isEqualTo("the issuer 'CN=Middle' of the certificate 'CN=mail.example.com' is missing and is not a known root; add its certificate");
    }

    @Test
    void aMissingIssuerIsNamedWithWhereItIs() throws Exception {
        var builder = new JcaX509v3CertificateBuilder(new X500Name("CN=Middle"), BigInteger.ONE, Date.from(FROM), Date.from(TestCertificates.UNTIL), new X500Name("CN=x"), LEAF_KEYS.getPublic());
        builder.addExtension(Extension.authorityInfoAccess, false, new AuthorityInformationAccess(AccessDescription.id_ad_caIssuers,
                new GeneralName(GeneralName.uniformResourceIdentifier, "http://authority.example/middle.cer")));
        X509Certificate leaf = new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(MIDDLE_KEYS.getPrivate())));
        assertThat(message(arrange(List.of(ROOT), leaf), Kind.INCOMPLETE)).endsWith("add its certificate, which is at http://authority.example/middle.cer");
    }

    @Test
    void ofARenewedIntermediateTheOneThatLastsIsServed() {
        X509Certificate short1 = authority("CN=Middle", MIDDLE_KEYS, "CN=Root", ROOT_KEYS, 1);
        X509Certificate leaf = leaf("CN=long", 2);
        Arrangement arrangement = arrange(List.of(ROOT), leaf, short1, MIDDLE);
        assertThat(arrangement.chain()).containsExactly(leaf, MIDDLE);
        assertThat(arrangement.findings()).extracting(Finding::kind).containsExactly(Kind.AMBIGUOUS);
        assertThat(message(arrangement, Kind.AMBIGUOUS)).startsWith("there is more than one chain: served is 'CN=long', 'CN=Middle' (serial ").contains("since it is valid for longer; not served is");

        assertThat(arrange(List.of(ROOT), LEAF, short1, MIDDLE).chain()).as("both outlive the leaf: the order given").containsExactly(LEAF, short1);
    }

    @Test
    void aWayThatIsValidGoesBeforeOneThatIsNot() {
        X509Certificate expired = TestCertificates.issue("CN=Root", ROOT_KEYS.getPublic(), null, true, "CN=Old", OLD_ROOT_KEYS.getPrivate(), FROM, NOW.minusSeconds(1));
        Arrangement arrangement = arrange(List.of(ROOT, OLD_ROOT), LEAF, MIDDLE, expired);
        assertThat(arrangement.chain()).as("as when a widely used root of old ended").containsExactly(LEAF, MIDDLE);
        assertThat(message(arrangement, Kind.AMBIGUOUS)).contains("since all of it is valid now; not served is 'CN=mail.example.com', 'CN=Middle', 'CN=Root'");
    }

    @Test
    void aWayToAKnownRootGoesBeforeOthersAndACrossSignedRootIsKeptForPeersThatKnowOnlyTheOldOne() {
        X509Certificate strange = authority("CN=Middle", MIDDLE_KEYS, "CN=Strange", KeyPairs.generate(Algorithm.ECDSA_P256), 5);
        Arrangement known = arrange(List.of(ROOT), LEAF, strange, MIDDLE);
        assertThat(known.chain()).containsExactly(LEAF, MIDDLE);
        assertThat(message(known, Kind.AMBIGUOUS)).contains("since it leads to a root that is widely known");

        assertThat(arrange(List.of(ROOT), LEAF, MIDDLE, CROSS)).isEqualTo(new Arrangement(List.of(LEAF, MIDDLE, CROSS), List.of()));
        assertThat(arrange(List.of(ROOT), LEAF, MIDDLE, CROSS, ROOT)).isEqualTo(new Arrangement(List.of(LEAF, MIDDLE, CROSS), List.of()));
        assertThat(arrange(List.of(OLD_ROOT), LEAF, MIDDLE, CROSS)).isEqualTo(new Arrangement(List.of(LEAF, MIDDLE, CROSS), List.of()));
    }

    @Test
    void anIntermediateThatEndsFirstIsReported() {
        X509Certificate leaf = leaf("CN=long", 6);
        assertThat(arrange(List.of(ROOT), leaf, MIDDLE).findings()).containsExactly(new Finding(Kind.EXPIRING_INTERMEDIATE, "the intermediate 'CN=Middle' ends at 2030-12-31T00:00:00Z,"
                + " before the certificate does at 2031-12-31T00:00:00Z; put its successor, which the authority has, in its place"));
        Arrangement later = Arrangement.of(List.of(leaf, MIDDLE), LEAF_KEYS.getPublic(), List.of(ROOT), Instant.parse("2031-01-01T00:00:00Z"));
        assertThat(message(later, Kind.EXPIRING_INTERMEDIATE)).startsWith("the intermediate 'CN=Middle' expired at 2030-12-31T00:00:00Z;");
    }

    @Test
    void ofSeveralCertificatesOfOneKeyTheValidOneIsServed() {
        X509Certificate next = leaf("CN=mail.example.com", 2);
        Arrangement renewed = arrange(List.of(ROOT), LEAF, next, MIDDLE);
        assertThat(renewed.chain()).containsExactly(next, MIDDLE);
        assertThat(renewed.findings()).extracting(Finding::kind).containsExactly(Kind.AMBIGUOUS);
        Arrangement expired = Arrangement.of(List.of(LEAF, MIDDLE, next), LEAF_KEYS.getPublic(), List.of(), Instant.parse("2027-06-01T00:00:00Z"));
        assertThat(expired.chain()).containsExactly(next, MIDDLE);
        assertThat(message(expired, Kind.EXPIRED)).startsWith("no ");
    }

    @Test
    void aKeyOfNoCertificateIsAMismatchAndNothingElse() {
        var other = KeyPairs.generate(Algorithm.ECDSA_P384).getPublic();
        assertThat(Arrangement.of(List.of(LEAF), other, List.of(), NOW).findings())
                .containsExactly(new Finding(Kind.KEY_MISMATCH, "the private key does not fit the certificate CN=mail.example.com"));
        assertThat(Arrangement.of(List.of(LEAF, MIDDLE), other, List.of(), NOW).findings())
                .containsExactly(new Finding(Kind.KEY_MISMATCH, "the private key fits none of the 2 certificates, 'CN=mail.example.com', 'CN=Middle'"));
    }

    @Test
    void aKeyThatServersDoNotUseIsSaid() throws Exception {
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        KeyPair keys = small.generateKeyPair();
        X509Certificate leaf = TestCertificates.leaf("CN=x", keys.getPublic(), null, ROOT, ROOT_KEYS.getPrivate());
        Arrangement arrangement = Arrangement.of(List.of(leaf), keys.getPublic(), List.of(ROOT), NOW);
        assertThat(arrangement.findings()).extracting(Finding::kind).containsExactly(Kind.UNSUPPORTED_KEY);
        assertThat(message(arrangement, Kind.UNSUPPORTED_KEY)).startsWith("the key of the certificate is RSA with 1024 bits; allowed are");
    }

    @Test
    void comparesValidityWithTheInstantGivenBothEndsIncluded() {
        Instant until = LEAF.getNotAfter().toInstant();
        assertThat(Arrangement.of(List.of(LEAF, MIDDLE), LEAF_KEYS.getPublic(), List.of(ROOT), FROM).findings()).isEmpty();
        assertThat(Arrangement.of(List.of(LEAF, MIDDLE), LEAF_KEYS.getPublic(), List.of(ROOT), until).findings()).isEmpty();
        assertThat(Arrangement.of(List.of(LEAF, MIDDLE), LEAF_KEYS.getPublic(), List.of(ROOT), FROM.minusSeconds(1)).findings())
                .contains(new Finding(Kind.NOT_YET_VALID, "the certificate is not valid before 2026-01-01T00:00:00Z"));
        assertThat(Arrangement.of(List.of(LEAF, MIDDLE), LEAF_KEYS.getPublic(), List.of(ROOT), until.plusSeconds(1)).findings())
                .containsExactly(new Finding(Kind.EXPIRED, "the certificate expired at 2027-01-01T00:00:00Z"));
    }

    @Test
    void namesOfStrangersAreBoundedAndStayOnOneLine() {
        X509Certificate odd = authority("CN=two\nlines " + "x".repeat(5000), KeyPairs.generate(Algorithm.ECDSA_P256), "CN=Root", ROOT_KEYS, 3);
        assertThat(message(arrange(List.of(ROOT), LEAF, MIDDLE, odd), Kind.UNRELATED)).hasSizeLessThan(300).doesNotContain("\n").contains("'CN=two?lines xxx");
    }

    @Test
    void thousandsOfStepsAreNotTakenHoweverManyCertificatesSignEachOther() {
        List<X509Certificate> given = new ArrayList<>(List.of(LEAF));
        for (int i = 0; i < 100; i++) {
            given.add(authority("CN=Middle", MIDDLE_KEYS, "CN=Middle", i % 2 == 0 ? MIDDLE_KEYS : ROOT_KEYS, 2 + i % 7));
        }
        Arrangement arrangement = Arrangement.of(given, LEAF_KEYS.getPublic(), List.of(), NOW);
        assertThat(arrangement.chain().getFirst()).isEqualTo(LEAF);
        assertThat(arrangement.chain()).hasSizeLessThanOrEqualTo(PathSearch.LONGEST);
        assertThat(message(arrangement, Kind.UNRELATED)).contains("there are 101 different certificates, of which only 64 are looked at");
    }

    @Test
    void theSystemHasRoots() {
        assertThat(SystemRoots.load()).isNotEmpty();
    }
}
