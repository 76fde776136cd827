package dev.postern.testing.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;

/**
 * A mail server that takes everything, with STARTTLS. It listens on 127.0.0.1 and on an address for each of a thousand destinations, so that each can
 * have a host of its own, as real ones have.
 */
final class LoadSink {
    private final EventLoopGroup loop = Transport.loop();
    private final SslContext tls = Transport.serverTls();
    private final AtomicReference<Ledger> ledger;
    private final int port;

    /** @param port 0 for any; the same at all addresses */
    LoadSink(int port, AtomicReference<Ledger> ledger) throws SSLException {
        this.ledger = ledger;
        this.port = listen("127.0.0.1", port);
        for (int i = 0; i < Destinations.MANY; i++) {
            listen(Destinations.address(i), this.port);
        }
    }

    int port() {
        return port;
    }

    SslContext tls() {
        return tls;
    }

    /** Of the run that goes on, or of the last. */
    Ledger ledger() {
        return ledger.get();
    }

    private int listen(String address, int wanted) {
        Channel channel = new ServerBootstrap().group(loop).channel(Transport.server())
                .option(ChannelOption.SO_BACKLOG, 1024).option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel session) {
                        session.pipeline().addLast(new SinkSession(LoadSink.this));
                    }
                })
                .bind(new InetSocketAddress(address, wanted)).syncUninterruptibly().channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }
}
