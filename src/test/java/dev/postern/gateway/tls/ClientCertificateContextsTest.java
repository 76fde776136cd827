package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Contexts that show a client certificate, against OpenSSL's server. */
class ClientCertificateContextsTest {
    private static final NioEventLoopGroup GROUP = new NioEventLoopGroup(1);
    private static final TestCertificates.Pair SERVER = TestCertificates.rsa("mx.partner.test");
    private static final TestCertificates.Pair ECDSA = TestCertificates.ecdsa("ecdsa.gateway.test");
    private static final TestCertificates.Pair P384 = TestCertificates.p384("p384.gateway.test");
    private static final TestCertificates.Pair ED25519 = TestCertificates.ed25519("ed25519.gateway.test");
    private static final TestCertificates.Pair RSA = TestCertificates.rsa("rsa.gateway.test");
    @TempDir
    Path folder;

    @AfterAll
    static void stop() {
        GROUP.shutdownGracefully();
    }

    private static GatewayPlan plan(String global, Map<String, TestCertificates.Pair> pairs, DestinationPlan... destinations) {
        List<CertificatePlan> certificates = pairs.entrySet().stream()
                .map(e -> new CertificatePlan(ref("Certificate", e.getKey()), e.getValue().chainPem(), Fingerprints.sha256(e.getValue().certificate()))).toList();
        return new GatewayPlan(ref("MailGateway", "default"), new Settings("gw.test", new DestinationPlan.Retry(60, 600, 86_400), null, global, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, null, List.of()),
                List.of(), List.of(), certificates, Map.of(), List.of(destinations));
    }

    private static DestinationPlan destination(String certificate) {
        return DestinationPlan.of(ref("DestinationControl", "partner"), List.of("partner.test"), false, DestinationPlan.Tls.of(TlsMode.Required, Identity.Hosted, null), certificate, DestinationPlan.Limits.of(1, 1), List.of(), null);
    }

    private static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, "mail", name, "uid", 1);
    }

    @Test
    void aContextStaysWhileItsChainAndKeyStay() {
        for (SslProvider provider : List.of(SslProvider.OPENSSL, SslProvider.JDK)) {
            ClientContexts contexts = new ClientContexts(provider);
            var keys = Map.of("a", ECDSA.keyPem(), "b", RSA.keyPem());
            var first = contexts.build(plan("a", Map.of("a", ECDSA, "b", RSA), destination("b")), keys);
            assertThat(first).containsOnlyKeys("", "a", "b");
            var second = contexts.build(plan("a", Map.of("a", ED25519, "b", RSA), destination("b")), Map.of("a", ED25519.keyPem(), "b", RSA.keyPem()));
            assertThat(second.get("").same(first.get(""))).isTrue();
            assertThat(second.get("b").same(first.get("b"))).isTrue();
            assertThat(second.get("a").same(first.get("a"))).isFalse();
            assertThat(second.get("a").same(second.get("b"))).isFalse();
        }
    }

    @Test
    void aPlanWithoutClientCertificatesHasTheOneContext() {
        assertThat(new ClientContexts().build(plan(null, Map.of("a", ECDSA), destination(null)), Map.of())).containsOnlyKeys("");
    }

    @Test
    void whatCannotBeShownIsNamedAndTheKeyIsNot() {
        ClientContexts contexts = new ClientContexts();
        assertThatIllegalArgumentException().isThrownBy(() -> contexts.build(plan("a", Map.of()), Map.of()))
                .withMessage("the gateway's delivery names certificate a, which the plan has no chain of");
        assertThatIllegalArgumentException().isThrownBy(() -> contexts.build(plan(null, Map.of("a", ECDSA), destination("a")), Map.of()))
                .withMessage("destination partner names certificate a, which the plan has no private key of");
        assertThatIllegalArgumentException().isThrownBy(() -> contexts.build(plan("a", Map.of("a", ECDSA)), Map.of("a", RSA.keyPem())))
                .withMessage("certificate a: the private key does not fit the certificate");
        assertThatIllegalArgumentException().isThrownBy(() -> contexts.build(plan("a", Map.of("a", ECDSA)), Map.of("a", "secret")))
                .satisfies(e -> assertThat(e.getMessage()).startsWith("certificate a: ").doesNotContain("secret"));
    }

    static Stream<Arguments> servers() {
        return Stream.of(SslProvider.OPENSSL, SslProvider.JDK).flatMap(provider -> Stream.of("-tls1_3", "-tls1_2").flatMap(version -> Stream.of(
                // The server's list of authorities has none of ours: it may know us by our fingerprint.
                Arguments.of(provider, ECDSA, version + " -verify 1 -CAfile server.pem", true),
                Arguments.of(provider, P384, version + " -verify 1", true),
                Arguments.of(provider, ED25519, version + " -verify 1 -CAfile server.pem", true),
                Arguments.of(provider, RSA, version + " -Verify 1", true),
                Arguments.of(provider, RSA, version, false),
                // It could not verify what this key signs, and would break off.
                Arguments.of(provider, ECDSA, version + " -verify 1 -client_sigalgs RSA-PSS+SHA256:RSA+SHA256", false),
                Arguments.of(provider, ED25519, version + " -verify 1 -client_sigalgs ECDSA+SHA256:RSA+SHA256", false),
                Arguments.of(provider, RSA, version + " -verify 1 -client_sigalgs ECDSA+SHA256:ed25519", false))));
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("servers")
    void itIsShownToAServerThatAsksAndCanVerifyItsKey(SslProvider provider, TestCertificates.Pair pair, String options, boolean shown) throws Exception {
        Files.writeString(folder.resolve("server.pem"), SERVER.chainPem() + SERVER.keyPem());
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path out = folder.resolve("out");
        Process server = new ProcessBuilder(Stream.concat(Stream.of("openssl", "s_server", "-accept", "127.0.0.1:" + port, "-cert", "server.pem", "-naccept", "1"),
                Stream.of(options.split(" "))).toList()).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            Awaitility.await().until(() -> Files.readString(out).contains("ACCEPT"));
            var context = new ClientContexts(provider).build(plan("c", Map.of("c", pair)), Map.of("c", pair.keyPem())).get("c");
            handshake(context, port);
            assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
            String transcript = Files.readString(out, StandardCharsets.ISO_8859_1);
            assertThat(transcript.replaceAll("\\s", "").contains(pair.chainPem().replaceAll("\\s", ""))).as(transcript).isEqualTo(shown);
        } finally {
            server.destroyForcibly();
        }
    }

    private static void handshake(ClientContext context, int port) throws Exception {
        Channel channel = new Bootstrap().group(GROUP).channel(NioSocketChannel.class).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(context.handler(ch.alloc(), "mx.partner.test", port, Duration.ofSeconds(10)), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        ctx.close();
                    }
                });
            }
        }).connect(InetAddress.getLoopbackAddress(), port).sync().channel();
        try {
            var done = channel.pipeline().get(SslHandler.class).handshakeFuture();
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(done.isSuccess()).as("%s", done.cause()).isTrue();
        } finally {
            channel.close().sync();
        }
    }
}
