package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.tls.Published.Dane;
import dev.postern.gateway.tls.Published.Sts;
import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.gateway.tls.Verdict.Reason;
import dev.postern.plan.DestinationPlan;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who must vouch for what, when a message asks for REQUIRETLS. */
class RequireTlsChecksTest {
    private static final TestPki.Identity SYSTEM = TestPki.issue(Request.ca("System"), null);
    private static final TestPki.Identity BUNDLE = TestPki.issue(Request.ca("Bundle"), null);
    private static final Published ENFORCED = new Published(new Dane.Absent(), new Sts.Found(true, true, List.of(), List.of("mx.partner.test")));

    private static PeerChecks check(TlsMode mode, Published published, TestPki.Identity issuer, String name) {
        DestinationPlan.Tls tls = DestinationPlan.Tls.of(mode, Identity.Hosted, "bundle");
        Requirement requirement = Requirement.of(tls, published, MessageTls.REQUIRED, true);
        assertThat(requirement.mode()).isEqualTo(TlsMode.RequiredVerify);
        assertThat(requirement.requireTls()).isTrue();
        return PeerChecks.of(requirement, tls, Peer.of(TestPki.issue(Request.server("x", name), issuer).chain(), "partner.test", "mx.partner.test", Instant.now()),
                TrustAnchors.of(BUNDLE.pem()), TrustAnchors.of(SYSTEM.pem()));
    }

    @ParameterizedTest
    @EnumSource(TlsMode.class)
    void theBundleOfTheDestinationVouchesUnderEveryLevel(TlsMode mode) {
        assertThat(check(mode, Published.NOTHING, BUNDLE, "mx.partner.test").demanded().verified()).isTrue();
        assertThat(check(mode, Published.NOTHING, SYSTEM, "mx.partner.test").demanded().reason()).isEqualTo(Reason.UnknownIssuer);
    }

    @ParameterizedTest
    @EnumSource(TlsMode.class)
    void theNameIsTheHostsEvenWhereTheDestinationTakesTheDomains(TlsMode mode) {
        assertThat(check(mode, Published.NOTHING, BUNDLE, "partner.test").demanded().reason()).isEqualTo(Reason.NameMismatch);
    }

    @Test
    void whereMtaStsIsEnforcedTheSystemsAuthoritiesVouch() {
        assertThat(check(TlsMode.Preferred, ENFORCED, SYSTEM, "mx.partner.test").demanded().verified()).isTrue();
        assertThat(check(TlsMode.Preferred, ENFORCED, BUNDLE, "mx.partner.test").demanded().reason()).isEqualTo(Reason.UnknownIssuer);
    }

    @Test
    void withoutTheDemandTheLevelStays() {
        DestinationPlan.Tls tls = DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, "bundle");

        assertThat(Requirement.of(tls, Published.NOTHING, MessageTls.DESTINATION, false).mode()).isEqualTo(TlsMode.Preferred);
        Requirement optional = Requirement.of(tls, ENFORCED, MessageTls.OPTIONAL, false);
        assertThat(optional.mode()).isEqualTo(TlsMode.Preferred);
        assertThat(optional.hostName()).isFalse();
        assertThat(optional.refusal()).isNull();
    }

    @Test
    void aHostThatNobodyVouchesForIsRuledOut() {
        DestinationPlan.Tls tls = DestinationPlan.Tls.of(TlsMode.None, Identity.Hosted, null);

        assertThat(Requirement.of(tls, Published.NOTHING, MessageTls.REQUIRED, false).refusal().reason()).isEqualTo(Requirement.MX_NOT_PROVEN);
        assertThat(Requirement.of(tls, Published.NOTHING, MessageTls.REQUIRED, true).refusal()).isNull();
    }

    @Test
    void aMessageLeavesOutOpportunisticDaneAndNeverMandatory() {
        Published bogus = new Published(new Dane.Failed("bogus"), new Sts.Absent());
        for (var dane : dev.postern.api.DestinationControlSpec.Dane.values()) {
            DestinationPlan.Tls tls = new DestinationPlan.Tls(TlsMode.Preferred, Identity.Hosted, null, List.of(), dane, dev.postern.api.DestinationControlSpec.MtaSts.None);
            Requirement optional = Requirement.of(tls, bogus, MessageTls.OPTIONAL, false);
            assertThat(optional.refusal() != null).as(dane.name()).isEqualTo(dane == dev.postern.api.DestinationControlSpec.Dane.Mandatory);
        }
    }
}
