package dev.postern.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.tls.ClientHello;
import dev.postern.pki.KeyPairs;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanLoaderTest {
    private final PlanLoader loader = TestPlans.loader();
    private final GatewayPlan plan = TestPlans.plan("mail.example.com", TestPlans.ONE);

    @Test
    void buildsTablesAndContexts() throws Exception {
        ActivePlan active = loader.load(TestPlans.written(plan, 1, TestPlans.ONE), null);
        ActiveListener listener = active.listeners().get("public");
        assertThat(listener.hostAccess().find(InetAddress.getByName("10.1.2.3"), null).orElseThrow().senderGroup()).isEqualTo("all");
        assertThat(listener.recipientAccess().accepts("a@example.com")).isTrue();
        assertThat(listener.contexts().apply(ClientHello.UNREADABLE)).isNotNull();
        assertThat(active.destinations().find("partner.com").orElseThrow().tls().mode()).isEqualTo(TlsMode.RequiredVerify);
        assertThat(active.trust("ca/ca.crt")).isNotNull();
        assertThat(active.trust(null)).isNotNull();
    }

    @Test
    void takesOverWhatDidNotChange() {
        ActivePlan first = loader.load(TestPlans.written(plan, 1, TestPlans.ONE), null);
        ActivePlan second = loader.load(TestPlans.written(TestPlans.plan("other.example.com", TestPlans.ONE), 2, TestPlans.ONE), first);
        assertThat(second.trust("ca/ca.crt")).isSameAs(first.trust("ca/ca.crt"));
        assertThat(second.trust(null)).isSameAs(first.trust(null));
        assertThat(second.listeners().get("public").contexts().apply(ClientHello.UNREADABLE)).isSameAs(first.listeners().get("public").contexts().apply(ClientHello.UNREADABLE));
    }

    @Test
    void aNewCertificateHasANewContext() {
        ActivePlan first = loader.load(TestPlans.written(plan, 1, TestPlans.ONE), null);
        ActivePlan second = loader.load(TestPlans.written(TestPlans.plan("mail.example.com", TestPlans.TWO), 2, TestPlans.TWO), first);
        assertThat(second.listeners().get("public").contexts().apply(ClientHello.UNREADABLE)).isNotSameAs(first.listeners().get("public").contexts().apply(ClientHello.UNREADABLE));
    }

    @Test
    void refusesAPartThatDoesNotMatchTheIndex() {
        PlanParts parts = PlanParts.split(plan, 1);
        Map<String, String> tampered = new HashMap<>(parts.parts());
        tampered.computeIfPresent("core", (name, json) -> json.replace("mail.example.com", "evil.example.com"));
        refused(new PlanSource.Written(new PlanParts(parts.index(), tampered), Map.of("mail", TestPlans.ONE.key())), "part core does not match the index");
    }

    @Test
    void refusesAPlanWithoutOneOfItsParts() {
        PlanParts parts = PlanParts.split(plan, 1);
        Map<String, String> fewer = new HashMap<>(parts.parts());
        fewer.remove("destinations-03");
        refused(new PlanSource.Written(new PlanParts(parts.index(), fewer), Map.of("mail", TestPlans.ONE.key())), "part destinations-03 is missing");
    }

    @Test
    void refusesAKeyThatDoesNotFitItsChainAndDoesNotShowIt() {
        var written = TestPlans.written(plan, 1, TestPlans.TWO);
        refused(written, "certificate mail: the private key does not fit the certificate");
        assertThat(written.toString()).doesNotContain(TestPlans.TWO.key()).doesNotContain("PRIVATE");
    }

    @Test
    void refusesAClientKeyThatDoesNotFitAndAClientCertificateThatIsNotThere() {
        var showing = new GatewayPlan(plan.gateway(), TestPlans.settings("mail.example.com", null, "client"), plan.listeners(), plan.policies(),
                List.of(TestPlans.ONE.plan("mail"), TestPlans.TWO.plan("client")), plan.trustBundles(), plan.destinations());
        var keys = new HashMap<>(Map.of("mail", TestPlans.ONE.key(), "client", TestPlans.TWO.key()));
        ActivePlan good = loader.load(new PlanSource.Written(PlanParts.split(showing, 1), keys), null);
        assertThat(good.client("client").same(good.client(null))).isFalse();
        keys.put("client", TestPlans.ONE.key());
        refused(new PlanSource.Written(PlanParts.split(showing, 1), keys), "certificate client: the private key does not fit the certificate");
        var missing = new GatewayPlan(plan.gateway(), showing.settings(), plan.listeners(), plan.policies(), plan.certificates(), plan.trustBundles(),
                plan.destinations());
        refused(TestPlans.written(missing, 1, TestPlans.ONE), "the gateway's delivery names certificate client, which the plan has no chain of");
    }

    @Test
    void hasTheKeyThatSignsReportsAndDoesNotShowIt() {
        GatewayPlan reporting = new GatewayPlan(plan.gateway(), TestPlans.reporting("client"), plan.listeners(), plan.policies(),
                List.of(TestPlans.ONE.plan("mail"), TestPlans.TWO.plan("client")), plan.trustBundles(), plan.destinations());
        ActivePlan active = loader.load(new PlanSource.Written(PlanParts.split(reporting, 1), Map.of("mail", TestPlans.ONE.key(), "client", TestPlans.TWO.key())), null);
        assertThat(active.signingKey("client")).isEqualTo(KeyPairs.parse(TestPlans.TWO.key()).getPrivate());
        assertThat(active.signingKey("mail")).isNull();
        assertThat(active.toString()).contains("SigningKeys[client]").doesNotContain("PrivateKey");
        refused(new PlanSource.Written(PlanParts.split(reporting, 1), Map.of("mail", TestPlans.ONE.key())), "TLS reporting names certificate client", "no private key");
    }

    @Test
    void refusesACertificateWithoutKey() {
        refused(new PlanSource.Written(PlanParts.split(plan, 1), Map.of()), "certificate mail", "private key");
    }

    @Test
    void refusesAFingerprintThatIsNotTheLeafs() {
        var wrong = new CertificatePlan(TestPlans.ref("Certificate", "mail"), TestPlans.ONE.chain(), TestPlans.TWO.fingerprint());
        refused(TestPlans.written(with(List.of(wrong), plan), 1, TestPlans.ONE), "certificate mail: its chain does not begin with the leaf");
    }

    @Test
    void refusesAChainThatIsNone() {
        var broken = new CertificatePlan(TestPlans.ref("Certificate", "mail"), "nonsense", TestPlans.TWO.fingerprint());
        refused(TestPlans.written(with(List.of(broken), plan), 1, TestPlans.ONE), "certificate mail: its chain cannot be read");
    }

    @Test
    void refusesAPolicyThatIsNotThere() {
        var other = new GatewayPlan(plan.gateway(), plan.settings(), List.of(TestPlans.listener("absent", "ALL")), plan.policies(), plan.certificates(),
                plan.trustBundles(), plan.destinations());
        refused(TestPlans.written(other, 1, TestPlans.ONE), "listener public, sender group all names policy absent");
    }

    @Test
    void refusesASenderThatIsNone() {
        var other = new GatewayPlan(plan.gateway(), plan.settings(), List.of(TestPlans.listener("accept", "10.0.0.1/8")), plan.policies(),
                plan.certificates(), plan.trustBundles(), plan.destinations());
        refused(TestPlans.written(other, 1, TestPlans.ONE), "listener public, host access: '10.0.0.1/8'");
    }

    @Test
    void refusesATrustBundleThatIsNotThereOrNone() {
        refused(TestPlans.written(with(Map.of(), plan), 1, TestPlans.ONE), "trust bundle ca/ca.crt, which the plan does not have");
        refused(TestPlans.written(with(Map.of("ca/ca.crt", "nonsense"), plan), 1, TestPlans.ONE), "trust bundle ca/ca.crt: no certificate in it");
    }

    private static GatewayPlan with(List<CertificatePlan> certificates, GatewayPlan plan) {
        return new GatewayPlan(plan.gateway(), plan.settings(), plan.listeners(), plan.policies(), certificates, plan.trustBundles(), plan.destinations());
    }

    private static GatewayPlan with(Map<String, String> bundles, GatewayPlan plan) {
        return new GatewayPlan(plan.gateway(), plan.settings(), plan.listeners(), plan.policies(), plan.certificates(), bundles, plan.destinations());
    }

    private void refused(PlanSource.Written written, String... words) {
        assertThatIllegalArgumentException().isThrownBy(() -> loader.load(written, null)).satisfies(e -> assertThat(e.getMessage()).contains(words));
    }
}
