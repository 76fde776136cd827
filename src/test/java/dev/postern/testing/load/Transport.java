package dev.postern.testing.load;

import dev.postern.gateway.tls.TestCertificates;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;

/** The cheapest sockets and TLS that this machine has. */
final class Transport {
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private Transport() {
    }

    static EventLoopGroup loop() {
        return Epoll.isAvailable() ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    }

    static Class<? extends Channel> client() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static Class<? extends ServerChannel> server() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** Takes any certificate; a new session each time, as from senders that have nothing to do with one another. */
    static SslContext clientTls() throws SSLException {
        return SslContextBuilder.forClient().sslProvider(PROVIDER).trustManager(InsecureTrustManagerFactory.INSTANCE).sessionCacheSize(1).sessionTimeout(1).build();
    }

    /** Shows a self-signed certificate, ECDSA P-256. */
    static SslContext serverTls() throws SSLException {
        TestCertificates.Pair pair = TestCertificates.ecdsa("sink.bench.test");
        return SslContextBuilder.forServer(stream(pair.chainPem()), stream(pair.keyPem())).sslProvider(PROVIDER).build();
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
