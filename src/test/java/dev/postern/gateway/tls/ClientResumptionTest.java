package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import dev.postern.testing.Command;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of delivery against OpenSSL's server, which says of each connection whether it is a resumed one. */
class ClientResumptionTest {
    private static final NioEventLoopGroup GROUP = new NioEventLoopGroup(1);
    private static final TestCertificates.Pair SERVER = TestCertificates.ecdsa("mx.partner.test");

    @TempDir
    private Path folder;
    private Process server;
    private int port;

    @BeforeEach
    void write() throws IOException {
        Command.assumeInstalled("openssl");
        Files.writeString(folder.resolve("server.pem"), SERVER.chainPem() + SERVER.keyPem());
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.destroyForcibly();
        }
    }

    @AfterAll
    static void end() {
        GROUP.shutdownGracefully();
    }

    private void start(String options) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of("openssl", "s_server", "-www", "-accept", "127.0.0.1:" + port, "-cert", "server.pem", "-key", "server.pem"));
        command.addAll(List.of(options.split(" ")));
        server = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(folder.resolve("server.log").toFile()).start();
        await().until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** What the server says of a connection. */
    private String ask(ClientContext context, String host) throws Exception {
        var page = new StringBuffer();
        Channel channel = new Bootstrap().group(GROUP).channel(NioSocketChannel.class).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(context.handler(ch.alloc(), host, port, Duration.ofSeconds(10)), new SimpleChannelInboundHandler<ByteBuf>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                        page.append(bytes.toString(StandardCharsets.ISO_8859_1));
                    }
                });
            }
        }).connect(InetAddress.getLoopbackAddress(), port).sync().channel();
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        assertThat(handler.handshakeFuture().await(20, TimeUnit.SECONDS)).isTrue();
        channel.writeAndFlush(Unpooled.copiedBuffer("GET / HTTP/1.0\r\n\r\n", StandardCharsets.US_ASCII)).sync();
        await().until(() -> page.indexOf("Start Time") > 0);
        channel.close().sync();
        assertThat(ClientContexts.chain(handler.engine().getSession())).containsExactly(SERVER.certificate());
        return page.toString().lines().filter(l -> l.startsWith("New, ") || l.startsWith("Reused, ")).map(l -> l.substring(0, l.indexOf(','))).findFirst()
                .orElse(page.toString());
    }

    private static ClientContext context(SslProvider provider) {
        return new ClientContexts(provider).build(plan(null), Map.of()).get("");
    }

    private static GatewayPlan plan(String certificate, CertificatePlan... certificates) {
        return new GatewayPlan(ref("MailGateway", "default"), new Settings("gw.test", new DestinationPlan.Retry(60, 600, 86_400), null, certificate, Settings.Alerts.EVENTS,
                Settings.Dns.SYSTEM, false, 1000, 0, null, List.of()), List.of(), List.of(), List.of(certificates), Map.of(), List.of());
    }

    private static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, "mail", name, "uid", 1);
    }

    @ParameterizedTest
    @CsvSource({"OPENSSL,-tls1_3", "OPENSSL,-tls1_2", "OPENSSL,-tls1_2 -no_ticket", "JDK,-tls1_3", "JDK,-tls1_2", "JDK,-tls1_2 -no_ticket"})
    void aSessionIsResumedAtItsHostAndItsPeersChainIsThereAgain(SslProvider provider, String options) throws Exception {
        start(options);
        ClientContext context = context(provider);

        assertThat(ask(context, "mx.partner.test")).isEqualTo("New");
        assertThat(ask(context, "mx.partner.test")).isEqualTo("Reused");
        assertThat(ask(context, "mx.partner.test")).isEqualTo("Reused");
        assertThat(ask(context, "mx2.partner.test")).as("another host").isEqualTo("New");
        assertThat(ask(context(provider), "mx.partner.test")).as("another process").isEqualTo("New");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2", "-tls1_2 -no_ticket"})
    void noSessionIsResumedWithAnotherClientCertificate(String options) throws Exception {
        start(options + " -verify 1");
        var one = TestCertificates.ecdsa("one.test");
        var two = TestCertificates.ecdsa("two.test");
        ClientContexts contexts = new ClientContexts(SslProvider.OPENSSL);
        var plan = contexts.build(plan("one", certificate("one", one)), Map.of("one", one.keyPem()));
        var renewed = contexts.build(plan("one", certificate("one", two)), Map.of("one", two.keyPem()));

        assertThat(ask(plan.get("one"), "mx.partner.test")).isEqualTo("New");
        assertThat(ask(plan.get("one"), "mx.partner.test")).isEqualTo("Reused");
        assertThat(ask(plan.get(""), "mx.partner.test")).isEqualTo("New");
        assertThat(ask(renewed.get("one"), "mx.partner.test")).isEqualTo("New");
    }

    private static CertificatePlan certificate(String name, TestCertificates.Pair pair) {
        return new CertificatePlan(ref("Certificate", name), pair.chainPem(), "fingerprint");
    }
}
