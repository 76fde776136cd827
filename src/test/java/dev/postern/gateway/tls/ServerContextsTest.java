package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.ListenerSpec.CipherProfile;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerContextsTest {
    private static final TestCertificates.Pair ONE = TestCertificates.ecdsa("one.test", "*.one.test");
    private static final TestCertificates.Pair TWO = TestCertificates.rsa("two.test");

    private final Map<String, String> keys = new HashMap<>();

    private static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, "mail", name, "uid", 1);
    }

    private GatewayPlan plan(String minimumTls, TestCertificates.Pair... pairs) {
        List<CertificatePlan> certificates = new ArrayList<>();
        for (int i = 0; i < pairs.length; i++) {
            certificates.add(new CertificatePlan(ref("Certificate", "c" + i), pairs[i].chainPem(), "fingerprint"));
            keys.put("c" + i, pairs[i].keyPem());
        }
        List<String> names = certificates.stream().map(CertificatePlan::name).toList();
        var listeners = List.of(ListenerPlan.of(ref("Listener", "tls"), Type.Public, 25, null, names, new ListenerPlan.Tls(minimumTls, CipherProfile.Intermediate, List.of(), false), List.of(), List.of()),
                ListenerPlan.of(ref("Listener", "clear"), Type.Public, 26, null, List.of(), new ListenerPlan.Tls(minimumTls, CipherProfile.Intermediate, List.of(), false), List.of(), List.of()));
        return new GatewayPlan(ref("MailGateway", "default"), new Settings("gw.test", new DestinationPlan.Retry(60, 600, 86_400), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, null, List.of()), listeners,
                List.of(), certificates, Map.of(), List.of());
    }

    /** A client that knows everything and asks for a name. */
    private static ClientHello asking(String name) {
        return new ClientHello(name, true, Set.of(), Set.of(0x0403, 0x0503, 0x0603, 0x0807, 0x0804), null);
    }

    @Test
    void aListenerWithoutCertificatesHasNoContexts() {
        assertThat(new ServerContexts().build(plan("TLSv1.2", ONE), keys)).containsOnlyKeys("tls");
    }

    @Test
    void aContextStaysWhileItsChainKeyAndVersionStay() {
        ServerContexts contexts = new ServerContexts();
        var first = contexts.build(plan("TLSv1.2", ONE, TWO), keys).get("tls");
        var second = contexts.build(plan("TLSv1.2", TestCertificates.ecdsa("one.test"), TWO), keys).get("tls");
        assertThat(second.apply(asking("two.test"))).isSameAs(first.apply(asking("two.test")));
        assertThat(second.apply(asking("one.test"))).isNotSameAs(first.apply(asking("one.test")));
        var third = contexts.build(plan("TLSv1.3", ONE, TWO), keys).get("tls");
        assertThat(third.apply(asking("two.test"))).isNotSameAs(first.apply(asking("two.test")));
    }

    @Test
    void theNameChoosesWithOrWithoutItsLastDotAndCase() {
        var mapping = new ServerContexts().build(plan("TLSv1.2", TWO, ONE), keys).get("tls");
        var one = mapping.apply(asking("one.test"));
        var two = mapping.apply(asking(null));
        assertThat(one).isNotSameAs(two);
        assertThat(mapping.apply(asking("www.one.test"))).isSameAs(one);
        assertThat(mapping.apply(asking("a.www.one.test"))).isSameAs(two);
        assertThat(mapping.apply(asking("localhost"))).isSameAs(two);
        assertThat(mapping.apply(asking(".one.test"))).isSameAs(two);
        assertThat(mapping.apply(asking(""))).isSameAs(two);
    }

    @Test
    void whatCannotBeServedIsNamedAndTheKeyIsNotShown() {
        ServerContexts contexts = new ServerContexts();
        var plan = plan("TLSv1.2", ONE);
        assertThatThrownBy(() -> contexts.build(plan, Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("listener tls names certificate c0, which the plan has no private key of");
        assertThatThrownBy(() -> contexts.build(plan, Map.of("c0", TestCertificates.ecdsa("x").keyPem())))
                .hasMessage("certificate c0: the private key does not fit the certificate");
        assertThatThrownBy(() -> contexts.build(plan, Map.of("c0", TWO.keyPem())))
                .hasMessage("certificate c0: the private key does not fit the certificate").hasNoSuppressedExceptions();
        assertThatThrownBy(() -> contexts.build(plan, Map.of("c0", "secret")))
                .hasMessageStartingWith("certificate c0: ").hasMessageNotContaining("secret");
        assertThatThrownBy(() -> contexts.build(plan("SSLv3", ONE), keys))
                .hasMessage("listener tls: minimum TLS version 'SSLv3' is not one of [TLSv1.2, TLSv1.3]");
    }

    @Test
    void aPlanThatCannotBeServedLeavesTheContextsOfTheLastOne() {
        ServerContexts contexts = new ServerContexts();
        var before = contexts.build(plan("TLSv1.2", ONE), keys).get("tls").apply(asking(null));
        assertThatThrownBy(() -> contexts.build(plan("TLSv1.2", ONE), Map.of("c0", "secret"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(contexts.build(plan("TLSv1.2", ONE), keys).get("tls").apply(asking(null))).isSameAs(before);
    }

    @Test
    void nativeTlsLoadsHere() {
        assertThat(OpenSsl.isAvailable()).as("%s", OpenSsl.unavailabilityCause()).isTrue();
    }

    /** No client of the tests knows it but our own. */
    @Test
    void theHybridGroupIsThere() throws Exception {
        SSLEngine server = new ServerContexts(SslProvider.OPENSSL).build(plan("TLSv1.2", ONE), keys).get("tls").apply(asking(null)).newEngine(UnpooledByteBufAllocator.DEFAULT);
        SSLEngine client = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL).trustManager(InsecureTrustManagerFactory.INSTANCE)
                .option(OpenSslContextOption.GROUPS, new String[] {"X25519MLKEM768"}).build().newEngine(UnpooledByteBufAllocator.DEFAULT);

        assertThat(Handshakes.run(client, server)).isEqualTo("TLSv1.3");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void onlyNewProtocolsAndForwardSecrecyAreEnabled(SslProvider provider) {
        SSLEngine engine = new ServerContexts(provider).build(plan("TLSv1.2", ONE), keys).get("tls").apply(asking(null)).newEngine(UnpooledByteBufAllocator.DEFAULT);
        assertThat(engine.getEnabledProtocols()).contains("TLSv1.2", "TLSv1.3").doesNotContain("TLSv1", "TLSv1.1", "SSLv3");
        assertThat(engine.getEnabledCipherSuites()).contains("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384")
                .allMatch(c -> c.startsWith("TLS_ECDHE_") || c.startsWith("TLS_AES_") || c.startsWith("TLS_CHACHA20_")).noneMatch(c -> c.contains("CBC"));
        SSLEngine newest = new ServerContexts(provider).build(plan("TLSv1.3", ONE), keys).get("tls").apply(asking(null)).newEngine(UnpooledByteBufAllocator.DEFAULT);
        assertThat(newest.getEnabledProtocols()).contains("TLSv1.3").doesNotContain("TLSv1.2");
    }
}
