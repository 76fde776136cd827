package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.tls.TestPki.Request;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClientContextsTest {
    private static final NioEventLoopGroup GROUP = new NioEventLoopGroup(1);
    private static final TestPki.Identity ROOT = TestPki.issue(Request.ca("Root"), null);
    private static final TestPki.Identity MIDDLE = TestPki.issue(Request.ca("Middle"), ROOT);
    private static final TestPki.Identity SERVER = TestPki.issue(Request.server("x", "mx.partner.test"), MIDDLE);

    /** Names that clients asked for, as they came; empty for none. */
    private final BlockingQueue<List<String>> asked = new LinkedBlockingQueue<>();
    private volatile String[] protocols = {"TLSv1.3", "TLSv1.2"};
    private SSLServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = (SSLServerSocket) SERVER.serverContext().getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    socket.setEnabledProtocols(protocols);
                    socket.startHandshake();
                    asked.add(((ExtendedSSLSession) socket.getSession()).getRequestedServerNames().stream().map(n -> new String(n.getEncoded())).toList());
                    socket.getOutputStream().write('x');
                    socket.getInputStream().read();
                } catch (IOException e) {
                    if (listener.isClosed()) {
                        return;
                    }
                }
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @AfterAll
    static void stop() {
        GROUP.shutdownGracefully();
    }

    private static ClientContext anonymous(SslProvider provider) {
        return new ClientContexts(provider).build(plan(null), Map.of()).get("");
    }

    /** A plan whose gateway shows a certificate of this name, or for null none. */
    private static GatewayPlan plan(String certificate, CertificatePlan... certificates) {
        return new GatewayPlan(ref("MailGateway", "default"), new Settings("gw.test", new DestinationPlan.Retry(60, 600, 86_400), null, certificate, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, null, List.of()),
                List.of(), List.of(), List.of(certificates), Map.of(), List.of());
    }

    private static ResourceRef ref(String kind, String name) {
        return new ResourceRef(kind, "mail", name, "uid", 1);
    }

    private SSLSession handshake(ClientContext context, String host) throws Exception {
        Channel channel = new Bootstrap().group(GROUP).channel(NioSocketChannel.class).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(context.handler(ch.alloc(), host, listener.getLocalPort(), Duration.ofSeconds(10)));
            }
        }).connect(listener.getInetAddress(), listener.getLocalPort()).sync().channel();
        try {
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            assertThat(handler.handshakeFuture().await(20, TimeUnit.SECONDS)).isTrue();
            if (!handler.handshakeFuture().isSuccess()) {
                throw new IOException(handler.handshakeFuture().cause());
            }
            return handler.engine().getSession();
        } finally {
            channel.close().sync();
        }
    }

    @Test
    void boringSslLoadsHere() {
        assertThat(OpenSsl.isAvailable()).as(() -> String.valueOf(OpenSsl.unavailabilityCause())).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = SslProvider.class, names = {"JDK", "OPENSSL"})
    void anyCertificateIsTakenAndItsChainIsThereToVerifyEachTime(SslProvider provider) throws Exception {
        ClientContext context = anonymous(provider);
        for (int i = 0; i < 3; i++) {
            List<X509Certificate> chain = ClientContexts.chain(handshake(context, "mx.partner.test"));
            assertThat(chain).isEqualTo(SERVER.chain());
        }
    }

    @ParameterizedTest
    @CsvSource({"JDK,mx.partner.test,mx.partner.test", "OPENSSL,mx.partner.test,mx.partner.test", "JDK,127.0.0.1,", "OPENSSL,127.0.0.1,", "JDK,2001:db8::1,", "OPENSSL,2001:db8::1,"})
    void aNameIsSentAsSniAndAnAddressIsNot(SslProvider provider, String host, String sni) throws Exception {
        handshake(anonymous(provider), host);

        assertThat(asked.poll(20, TimeUnit.SECONDS)).isEqualTo(sni == null ? List.of() : List.of(sni));
    }

    @ParameterizedTest
    @EnumSource(value = SslProvider.class, names = {"JDK", "OPENSSL"})
    void tls12IsSpokenWithThoseThatKnowNoLaterOne(SslProvider provider) throws Exception {
        protocols = new String[] {"TLSv1.2"};

        assertThat(handshake(anonymous(provider), "mx.partner.test").getProtocol()).isEqualTo("TLSv1.2");
    }
}
