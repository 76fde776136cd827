package dev.postern.gateway.tls;

import static dev.postern.gateway.tls.TestPki.ago;
import static dev.postern.gateway.tls.TestPki.issue;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.TlsaRecord;
import dev.postern.gateway.tls.Published.Dane.Unusable;
import dev.postern.gateway.tls.Published.Dane.Usable;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.plan.DestinationPlan;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DaneVerifierTest {
    private static final TestPki.Identity ROOT = issue(Request.ca("Own Root"), null);
    private static final TestPki.Identity INTERMEDIATE = issue(Request.ca("Own Intermediate"), ROOT);
    private static final TestPki.Identity LEAF = issue(Request.server("x", "mx.partner.test"), INTERMEDIATE);
    private static final TestPki.Identity OTHER = issue(Request.server("x", "mx.partner.test"), null);
    private static final List<String> NAMES = List.of("mx.partner.test", "partner.test");
    private static final List<X509Certificate> WHOLE = List.of(LEAF.certificate(), INTERMEDIATE.certificate(), ROOT.certificate());

    static TlsaRecord record(int usage, int selector, int matching, X509Certificate certificate) {
        try {
            byte[] selected = selector == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
            return new TlsaRecord(usage, selector, matching, switch (matching) {
                case 1 -> MessageDigest.getInstance("SHA-256").digest(selected);
                case 2 -> MessageDigest.getInstance("SHA-512").digest(selected);
                default -> selected;
            });
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Verdict verify(List<X509Certificate> chain, TlsaRecord... records) {
        return DaneVerifier.verify(new Usable(List.of(records), NAMES), chain, Instant.now());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2"})
    void usage3IsTheServersCertificateOrKey(int selector, int matching) {
        TlsaRecord record = record(3, selector, matching, LEAF.certificate());

        assertThat(verify(LEAF.chain(), record)).isEqualTo(Verdict.verified(null));
        assertThat(verify(List.of(LEAF.certificate()), record).verified()).as("without its chain").isTrue();
        assertThat(verify(OTHER.chain(), record).reason()).as("another's").isEqualTo(Reason.DaneMismatch);
        assertThat(verify(List.of(OTHER.certificate(), LEAF.certificate()), record).reason()).as("above the leaf").isEqualTo(Reason.DaneMismatch);
        assertThat(verify(List.of(), record).reason()).as("no certificate").isEqualTo(Reason.NoCertificate);
    }

    @Test
    void usage3LooksAtNeitherNamesNorDatesNorPurposes() {
        TestPki.Identity odd = issue(Request.server("x", "elsewhere.test").valid(ago(20), ago(10)).purpose(KeyPurposeId.id_kp_codeSigning), null);

        assertThat(verify(odd.chain(), record(3, 1, 1, odd.certificate())).verified()).isTrue();
        assertThat(verify(odd.chain(), record(3, 0, 2, odd.certificate())).verified()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2"})
    void usage2IsAnAuthorityAboveTheServersCertificate(int selector, int matching) {
        TlsaRecord root = record(2, selector, matching, ROOT.certificate());
        TlsaRecord intermediate = record(2, selector, matching, INTERMEDIATE.certificate());
        Verdict good = Verdict.verified("mx.partner.test");

        assertThat(verify(WHOLE, root)).as("root, shown").isEqualTo(good);
        assertThat(verify(WHOLE, intermediate)).as("intermediate, shown with the root").isEqualTo(good);
        assertThat(verify(LEAF.chain(), intermediate)).as("intermediate, shown without the root").isEqualTo(good);
        assertThat(verify(List.of(LEAF.certificate(), ROOT.certificate(), INTERMEDIATE.certificate()), root)).as("out of order").isEqualTo(good);
        assertThat(verify(OTHER.chain(), root).reason()).as("another's").isEqualTo(Reason.DaneMismatch);
        assertThat(verify(List.of(OTHER.certificate(), ROOT.certificate()), root).reason()).as("shown, but not above it").isEqualTo(Reason.DaneMismatch);
    }

    @ParameterizedTest
    @CsvSource({"0,0,true", "1,0,true", "0,1,false", "1,1,false", "0,2,false", "1,2,false"})
    void anAuthorityThatTheServerDoesNotShowMustBeWholeInTheRecord(int selector, int matching, boolean verified) {
        Verdict root = verify(LEAF.chain(), record(2, selector, matching, ROOT.certificate()));
        Verdict direct = verify(List.of(LEAF.certificate()), record(2, selector, matching, INTERMEDIATE.certificate()));

        assertThat(root.verified()).as("root above the intermediate: " + root.detail()).isEqualTo(verified);
        assertThat(direct.verified()).as("directly above the leaf: " + direct.detail()).isEqualTo(verified);
        assertThat(root.reason()).isEqualTo(verified ? null : Reason.DaneMismatch);
    }

    @Test
    void usage2DemandsANameAndDatesAndAPurpose() {
        TlsaRecord root = record(2, 1, 1, ROOT.certificate());

        assertThat(under(Request.server("x", "elsewhere.test"), root).reason()).isEqualTo(Reason.NameMismatch);
        assertThat(under(Request.server("x", "elsewhere.test"), root).detail())
                .isEqualTo("a TLSA record fits, but the certificate is not for mx.partner.test nor partner.test but for elsewhere.test");
        assertThat(under(Request.server("x", "partner.test"), root)).isEqualTo(Verdict.verified("partner.test"));
        assertThat(under(Request.server("x", "*.partner.test"), root)).isEqualTo(Verdict.verified("mx.partner.test"));
        assertThat(under(Request.server("x", "mx.partner.test").valid(ago(20), ago(10)), root).reason()).isEqualTo(Reason.Expired);
        assertThat(under(Request.server("x", "mx.partner.test").valid(ago(-10), ago(-20)), root).reason()).isEqualTo(Reason.NotYetValid);
        assertThat(under(Request.server("x", "mx.partner.test").purpose(KeyPurposeId.id_kp_codeSigning), root).reason()).isEqualTo(Reason.InvalidChain);
    }

    private static Verdict under(Request request, TlsaRecord record) {
        return verify(List.of(issue(request, ROOT).certificate(), ROOT.certificate()), record);
    }

    @Test
    void anExpiredAuthorityDoesNotVouch() {
        TestPki.Identity old = issue(Request.ca("Old Root").valid(ago(400), ago(1)), null);
        TestPki.Identity leaf = issue(Request.server("x", "mx.partner.test"), old);

        assertThat(verify(List.of(leaf.certificate(), old.certificate()), record(2, 0, 1, old.certificate())).reason()).isEqualTo(Reason.Expired);
        assertThat(verify(List.of(leaf.certificate()), record(2, 0, 0, old.certificate())).reason()).isEqualTo(Reason.Expired);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2"})
    void aServersCertificateIsNoAuthority(int selector, int matching) {
        TestPki.Identity server = issue(Request.server("x", "evil.test"), ROOT);
        TestPki.Identity below = issue(Request.server("x", "mx.partner.test"), server);

        assertThat(verify(List.of(below.certificate(), server.certificate()), record(2, selector, matching, server.certificate())).verified()).as("named by the record")
                .isEqualTo(selector == 1 && matching == 0);   // a bare key: nobody says of what kind it is
        assertThat(verify(List.of(below.certificate(), server.certificate(), ROOT.certificate()), record(2, selector, matching, ROOT.certificate())).verified())
                .as("issued by the authority that the record names").isFalse();
        assertThat(verify(OTHER.chain(), record(2, selector, matching, OTHER.certificate())).reason()).as("its own").isEqualTo(Reason.DaneMismatch);
    }

    @Test
    void oneOfSeveralRecordsIsEnough() {
        TlsaRecord old = record(3, 1, 1, OTHER.certificate());
        TlsaRecord current = record(3, 1, 1, LEAF.certificate());

        assertThat(verify(LEAF.chain(), old, current).verified()).isTrue();
        assertThat(verify(OTHER.chain(), old, current).verified()).isTrue();
        assertThat(verify(LEAF.chain(), record(2, 0, 1, OTHER.certificate()), current).verified()).as("beside one of another usage").isTrue();
        assertThat(verify(WHOLE, old, record(2, 0, 1, ROOT.certificate())).verified()).as("beside one of another usage").isTrue();
    }

    @Test
    void ofDigestsOfOneUsageAndSelectorTheStrongestCounts() {
        TlsaRecord weak = record(3, 1, 1, LEAF.certificate());

        assertThat(verify(LEAF.chain(), weak, record(3, 1, 2, OTHER.certificate())).reason()).as("the stronger one is another's").isEqualTo(Reason.DaneMismatch);
        assertThat(verify(LEAF.chain(), weak, record(3, 1, 2, LEAF.certificate())).verified()).isTrue();
        assertThat(verify(LEAF.chain(), weak, record(3, 0, 2, OTHER.certificate())).verified()).as("another selector").isTrue();
        assertThat(verify(LEAF.chain(), weak, record(2, 1, 2, ROOT.certificate())).verified()).as("another usage").isTrue();
        assertThat(verify(LEAF.chain(), weak, record(3, 1, 0, OTHER.certificate())).verified()).as("no digest at all").isTrue();
        assertThat(verify(LEAF.chain(), record(3, 1, 0, LEAF.certificate()), record(3, 1, 2, OTHER.certificate())).verified()).as("no digest at all").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 1 32", "1 0 1 32", "4 1 1 32", "255 1 1 32", "3 2 1 32", "3 255 1 32", "3 1 3 32", "3 1 255 32", "3 1 1 31", "3 1 1 33", "3 1 1 0",
            "3 1 2 32", "3 1 2 65", "2 0 1 20", "3 0 0 32", "3 1 0 32", "2 0 0 0", "2 1 0 0"})
    void aRecordThatSaysNothingIsNotUsed(String text) {
        int[] n = Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        TlsaRecord useless = new TlsaRecord(n[0], n[1], n[2], new byte[n[3]]);
        TlsaRecord good = record(3, 1, 1, LEAF.certificate());

        assertThat(TlsaRecords.of(List.of(useless), NAMES)).isEqualTo(new Unusable(List.of(useless)));
        assertThat(TlsaRecords.of(List.of(useless, good), NAMES)).isEqualTo(new Usable(List.of(good), NAMES));
    }

    @Test
    void aWholeCertificateOrKeyMustBeOneToTheLastByte() {
        for (int selector : new int[] {0, 1}) {
            byte[] data = record(3, selector, 0, LEAF.certificate()).data();
            for (byte[] broken : List.of(Arrays.copyOf(data, data.length + 1), Arrays.copyOf(data, data.length - 1))) {
                assertThat(TlsaRecords.usable(new TlsaRecord(3, selector, 0, broken))).isFalse();
            }
            assertThat(TlsaRecords.usable(new TlsaRecord(3, 1 - selector, 0, data))).as("the other selector").isFalse();
            assertThat(TlsaRecords.usable(new TlsaRecord(3, selector, 0, data))).isTrue();
        }
    }

    @Test
    void aWeakerDigestCountsWhereTheStrongerIsMalformed() {
        Published.Dane dane = TlsaRecords.of(List.of(record(3, 1, 1, LEAF.certificate()), new TlsaRecord(3, 1, 2, new byte[32])), NAMES);

        assertThat(DaneVerifier.verify((Usable) dane, LEAF.chain(), Instant.now()).verified()).isTrue();
    }

    @Test
    void theDetailShowsWhatIsPublishedAndWhatWouldFit() {
        TlsaRecord other = record(3, 1, 1, OTHER.certificate());
        Verdict verdict = verify(LEAF.chain(), other, record(3, 0, 0, OTHER.certificate()));

        assertThat(verdict.detail()).startsWith("no TLSA record fits: published are " + other + ", 3 0 0 3082").contains("…; the server's certificate would be " + record(3, 1, 1, LEAF.certificate()))
                .hasSizeLessThan(500);
    }

    @Test
    void aChainOfManyCertificatesIsCut() {
        List<X509Certificate> many = new ArrayList<>(LEAF.chain());
        for (int i = 0; i < 40; i++) {
            many.add(OTHER.certificate());
        }
        many.add(ROOT.certificate());

        assertThat(verify(many, record(2, 1, 1, ROOT.certificate())).reason()).isEqualTo(Reason.DaneMismatch);
        assertThat(verify(many, record(3, 1, 1, LEAF.certificate())).verified()).isTrue();
    }

    @Test
    void everyDemandMustBeMet() {
        TestPki.Identity stranger = issue(Request.server("x", "partner.test"), issue(Request.ca("Stranger"), null));
        Usable fits = new Usable(List.of(record(3, 1, 1, stranger.certificate())), NAMES);
        Usable other = new Usable(List.of(record(3, 1, 1, OTHER.certificate())), NAMES);

        assertThat(checks(TlsMode.Required, fits, stranger).demanded()).isEqualTo(Verdict.verified(null));
        assertThat(checks(TlsMode.Preferred, other, stranger).demanded().reason()).isEqualTo(Reason.DaneMismatch);
        assertThat(checks(TlsMode.RequiredVerify, fits, stranger).demanded().reason()).as("what is configured comes first").isEqualTo(Reason.UnknownIssuer);
        assertThat(checks(TlsMode.RequiredVerify, other, issue(Request.server("x", "partner.test"), ROOT)).demanded().reason()).isEqualTo(Reason.DaneMismatch);
        assertThat(checks(TlsMode.PreferredVerify, fits, stranger)).as("looked at, but not asked for").satisfies(c -> {
            assertThat(c.demanded().verified()).isTrue();
            assertThat(c.checked().reason()).isEqualTo(Reason.UnknownIssuer);
        });
    }

    private static PeerChecks checks(TlsMode mode, Usable dane, TestPki.Identity peer) {
        TrustAnchors anchors = TrustAnchors.of(ROOT.pem());
        DestinationPlan.Tls tls = DestinationPlan.Tls.of(mode, Identity.Hosted, null);
        Requirement requirement = Requirement.of(tls, new Published(dane, new Published.Sts.Absent()), MessageTls.DESTINATION, true);
        return PeerChecks.of(requirement, tls, Peer.of(peer.chain(), "partner.test", "mx.partner.test", Instant.now()), anchors, anchors);
    }

    @Test
    void theServerIsAskedForByTheNameThatTheRecordsBelongTo() {
        DestinationPlan.Tls tls = DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null);
        Usable dane = new Usable(List.of(record(3, 1, 1, LEAF.certificate())), List.of("base.partner.test", "alias.partner.test"));

        assertThat(Requirement.of(tls, new Published(dane, new Published.Sts.Absent()), MessageTls.DESTINATION, true).serverName("alias.partner.test")).isEqualTo("base.partner.test");
        assertThat(Requirement.of(tls, Published.NOTHING, MessageTls.DESTINATION, true).serverName("alias.partner.test")).isEqualTo("alias.partner.test");
    }
}
