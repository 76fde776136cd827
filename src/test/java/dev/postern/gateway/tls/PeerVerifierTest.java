package dev.postern.gateway.tls;

import static dev.postern.gateway.tls.TestPki.ago;
import static dev.postern.gateway.tls.TestPki.issue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.pki.Fingerprints;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerVerifierTest {
    private static final TestPki.Identity ROOT = issue(Request.ca("Test Root"), null);
    private static final TrustAnchors ANCHORS = TrustAnchors.of("a comment\n" + ROOT.pem());

    private static Verdict verify(TestPki.Identity peer, Identity identity) {
        return PeerVerifier.verify(Peer.of(peer.chain(), "partner.test", "mx1.partner.test", Instant.now()), ANCHORS, identity, List.of());
    }

    private static Verdict verify(Request request) {
        return verify(issue(request, ROOT), Identity.Hosted);
    }

    @Test
    void theRecipientDomainVerifies() {
        assertThat(verify(Request.server("x", "partner.test"))).isEqualTo(Verdict.verified("partner.test"));
    }

    @Test
    void theHostVerifiesWhereHostedIsAsked() {
        TestPki.Identity host = issue(Request.server("x", "mx1.partner.test"), ROOT);

        assertThat(verify(host, Identity.Hosted)).isEqualTo(Verdict.verified("mx1.partner.test"));
        assertThat(verify(host, Identity.Destination).reason()).isEqualTo(Reason.NameMismatch);
        assertThat(verify(host, Identity.Destination).detail()).isEqualTo("certificate is not for partner.test but for mx1.partner.test");
    }

    @Test
    void aPresentSanRulesOutTheCommonName() {
        assertThat(verify(Request.server("partner.test", "other.test")).reason()).isEqualTo(Reason.NameMismatch);
        assertThat(verify(Request.server("partner.test"))).isEqualTo(Verdict.verified("partner.test"));
    }

    @ParameterizedTest
    @CsvSource({"*.partner.test,mx1.partner.test,true", "*.partner.test,partner.test,false", "*.partner.test,a.mx1.partner.test,false",
            "m*.partner.test,mx1.partner.test,false", "*,partner.test,false", "MX1.Partner.TEST,mx1.partner.test,true",
            "mx1.*.test,mx1.partner.test,false"})
    void aWildcardStandsForOneWholeLabel(String san, String host, boolean matches) {
        TestPki.Identity peer = issue(Request.server("x", san), ROOT);

        assertThat(PeerVerifier.verify(Peer.of(peer.chain(), "elsewhere.test", host, Instant.now()), ANCHORS, Identity.Hosted, List.of()).verified()).isEqualTo(matches);
    }

    @Test
    void anAddressVerifiesByItsOwnKindOfName() {
        TestPki.Identity peer = issue(Request.server("x").address("192.0.2.1"), ROOT);

        assertThat(PeerVerifier.verify(Peer.of(peer.chain(), "partner.test", "192.0.2.1", Instant.now()), ANCHORS, Identity.Hosted, List.of()).verified()).isTrue();
        assertThat(PeerVerifier.verify(Peer.of(peer.chain(), "partner.test", "192.0.2.2", Instant.now()), ANCHORS, Identity.Hosted, List.of()).reason())
                .isEqualTo(Reason.NameMismatch);
    }

    @Test
    void eachThingWrongHasItsReason() {
        TestPki.Identity stranger = issue(Request.ca("Stranger"), null);
        TestPki.Identity impostor = issue(Request.ca("Test Root"), null);

        assertThat(verify(Request.server("x", "partner.test").valid(ago(20), ago(10))).reason()).isEqualTo(Reason.Expired);
        assertThat(verify(Request.server("x", "partner.test").valid(ago(-10), ago(-20))).reason()).isEqualTo(Reason.NotYetValid);
        assertThat(verify(issue(Request.server("x", "partner.test"), null), Identity.Hosted).reason()).isEqualTo(Reason.SelfSigned);
        assertThat(verify(issue(Request.server("x", "partner.test"), stranger), Identity.Hosted).reason()).isEqualTo(Reason.UnknownIssuer);
        assertThat(verify(issue(Request.server("x", "partner.test"), impostor), Identity.Hosted).verified()).isFalse();
        assertThat(verify(Request.server("x", "partner.test").purpose(KeyPurposeId.id_kp_clientAuth)).reason()).isEqualTo(Reason.InvalidChain);
        assertThat(PeerVerifier.verify(Peer.of(List.of(), "partner.test", "mx", Instant.now()), ANCHORS, Identity.Hosted, List.of()).reason()).isEqualTo(Reason.NoCertificate);
    }

    @Test
    void aChainOverAnIntermediateVerifiesAndNotWithoutIt() {
        TestPki.Identity middle = issue(Request.ca("Middle"), ROOT);
        TestPki.Identity peer = issue(Request.server("x", "partner.test"), middle);

        assertThat(peer.chain()).hasSize(2);
        assertThat(verify(peer, Identity.Hosted).verified()).isTrue();
        assertThat(PeerVerifier.verify(Peer.of(peer.chain().subList(0, 1), "partner.test", "mx", Instant.now()), ANCHORS, Identity.Hosted, List.of()).reason())
                .isEqualTo(Reason.UnknownIssuer);
    }

    @Test
    void anExpiredIntermediateIsExpired() {
        TestPki.Identity middle = issue(Request.ca("Middle").valid(ago(20), ago(10)), ROOT);

        assertThat(verify(issue(Request.server("x", "partner.test"), middle), Identity.Hosted).reason()).isEqualTo(Reason.Expired);
    }

    @Test
    void aSelfSignedCertificateInTheBundleIsTrusted() {
        TestPki.Identity own = issue(Request.server("x", "partner.test"), null);

        assertThat(PeerVerifier.verify(Peer.of(own.chain(), "partner.test", "mx", Instant.now()), TrustAnchors.of(own.pem()), Identity.Destination, List.of()).verified()).isTrue();
    }

    @Test
    void theSystemHasAnchorsAndABundleWithoutCertificatesIsRefused() {
        assertThat(TrustAnchors.system().certificates()).isNotEmpty();
        assertThatThrownBy(() -> TrustAnchors.of("nothing here")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("trust bundle");
        assertThatThrownBy(() -> TrustAnchors.of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot be read");
        assertThat(ANCHORS.toString()).isEqualTo("TrustAnchors[1]");
    }

    private static Verdict asTheApplianceDoes(Request request, String confirmedName) {
        TestPki.Identity identity = issue(request, ROOT);
        Peer peer = new Peer(identity.chain(), null, "partner.test", "mx1.partner.test", () -> Optional.ofNullable(confirmedName), Instant.now());
        return PeerVerifier.verify(peer, ANCHORS, Identity.AsyncOS, List.of());
    }

    @Test
    void theAppliancesOrderIsAlternativeNameThenCommonNameThenTheConfirmedNameOfTheAddress() {
        assertThat(asTheApplianceDoes(Request.server("x", "partner.test"), null)).isEqualTo(Verdict.verified("partner.test"));
        assertThat(asTheApplianceDoes(Request.server("partner.test", "other.test"), null)).isEqualTo(Verdict.verified("partner.test"));
        assertThat(asTheApplianceDoes(Request.server("out7.hoster.test", "other.test"), "out7.hoster.test")).isEqualTo(Verdict.verified("out7.hoster.test"));
        assertThat(asTheApplianceDoes(Request.server("x", "out7.hoster.test"), "out7.hoster.test").detail())
                .isEqualTo("certificate is not for partner.test, nor its common name out7.hoster.test, but for out7.hoster.test");
        assertThat(asTheApplianceDoes(Request.server("mx1.partner.test", "mx1.partner.test"), null).detail())
                .isEqualTo("certificate is not for partner.test, and the address has no confirmed name, but for mx1.partner.test");
    }

    @Test
    void theAddressIsAskedForItsNameOnlyWhereNothingElseMatches() {
        TestPki.Identity identity = issue(Request.server("x", "partner.test"), ROOT);
        Peer peer = new Peer(identity.chain(), null, "partner.test", "mx", () -> {
            throw new AssertionError("nobody needs it");
        }, Instant.now());
        assertThat(PeerVerifier.verify(peer, ANCHORS, Identity.AsyncOS, List.of()).verified()).isTrue();
        assertThat(PeerVerifier.verify(peer, ANCHORS, Identity.Hosted, List.of()).verified()).isTrue();
    }

    @Test
    void internationalisedNamesAreComparedByTheirALabels() {
        TestPki.Identity identity = issue(Request.server("x", "xn--bcher-kva.example", "*.xn--bcher-kva.example"), ROOT);
        for (String domain : List.of("xn--bcher-kva.example", "bücher.example", "BÜCHER.example")) {
            assertThat(PeerVerifier.verify(Peer.of(identity.chain(), domain, "mx", Instant.now()), ANCHORS, Identity.Destination, List.of()).verified()).as(domain).isTrue();
        }
        assertThat(PeerVerifier.verify(Peer.of(identity.chain(), "other.example", "mx.bücher.example", Instant.now()), ANCHORS, Identity.Hosted, List.of()).verified()).isTrue();
    }

    @Test
    void pinsNarrowWhatIsTrustedAndNeverReplaceIt() {
        TestPki.Identity middle = issue(Request.ca("Middle"), ROOT);
        TestPki.Identity good = issue(Request.server("x", "partner.test"), middle);
        TestPki.Identity selfSigned = issue(Request.server("x", "partner.test"), null);
        String foreign = Fingerprints.pin(selfSigned.certificate().getPublicKey());

        for (TestPki.Identity pinned : List.of(good, middle, ROOT)) {
            assertThat(pinned(good, foreign, Fingerprints.pin(pinned.certificate().getPublicKey())).verified()).isTrue();
        }
        assertThat(pinned(good, foreign).reason()).isEqualTo(Reason.PinMismatch);
        assertThat(pinned(good, foreign).detail()).endsWith("the certificate's own is " + Fingerprints.pin(good.certificate().getPublicKey()));
        assertThat(pinned(selfSigned, foreign).reason()).isEqualTo(Reason.SelfSigned);
        assertThat(pinned(issue(Request.server("x", "other.test"), ROOT), Fingerprints.pin(ROOT.certificate().getPublicKey())).reason()).isEqualTo(Reason.NameMismatch);
    }

    private static Verdict pinned(TestPki.Identity identity, String... pins) {
        return PeerVerifier.verify(Peer.of(identity.chain(), "partner.test", "mx", Instant.now()), ANCHORS, Identity.Hosted, List.of(pins));
    }
}
