package dev.postern.gateway.smtp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One listener's open port and its sessions. Sessions are ruled by the plan in force when they begin. Safe for use by many threads. */
public final class SmtpServer {
    private static final int BACKLOG = 1024;

    private final String listener;
    private final Reception reception;
    private final Channel channel;
    private final EventLoopGroup sessions;

    private SmtpServer(String listener, Reception reception, Channel channel, EventLoopGroup sessions) {
        this.listener = listener;
        this.reception = reception;
        this.channel = channel;
        this.sessions = sessions;
    }

    /** Why a port was not opened. */
    public static final class BindException extends Exception {
        BindException(InetSocketAddress address, Throwable cause) {
            super("cannot listen on " + text(address) + ": " + cause.getMessage(), cause);
        }
    }

    /**
     * Opens a port.
     *
     * @param listener name of the listener in the plan
     * @param address  where to listen; port 0 takes a free one
     * @param acceptor event loops that take connections, of the same kind as {@code sessions}: epoll or NIO
     * @param sessions event loops that run sessions
     * @return fails with {@link BindException}
     */
    public static CompletableFuture<SmtpServer> open(String listener, InetSocketAddress address, SmtpServices services, EventLoopGroup acceptor,
            EventLoopGroup sessions) {
        return open(listener, address, services, new Reception(services, listener), acceptor, sessions);
    }

    static CompletableFuture<SmtpServer> open(String listener, InetSocketAddress address, SmtpServices services, Reception reception,
            EventLoopGroup acceptor, EventLoopGroup sessions) {
        CompletableFuture<SmtpServer> opened = new CompletableFuture<>();
        Class<? extends ServerChannel> kind = acceptor instanceof EpollEventLoopGroup ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        new ServerBootstrap().group(acceptor, sessions).channel(kind)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.RCVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(512, 4096, 64 * 1024).maxMessagesPerRead(2))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(16 * 1024, 64 * 1024))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel session) {
                        session.pipeline().addLast(new SessionHandler(reception, services.limits()));
                    }
                })
                .bind(address).addListener((ChannelFuture bound) -> {
                    if (bound.isSuccess()) {
                        opened.complete(new SmtpServer(listener, reception, bound.channel(), sessions));
                    } else {
                        opened.completeExceptionally(new BindException(address, bound.cause()));
                    }
                });
        return opened;
    }

    /** Name of the listener in the plan. */
    public String listener() {
        return listener;
    }

    /** Where it listens; with the port that was taken for port 0. */
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** Connections open now. */
    public int connections() {
        return reception.open();
    }

    /** Frees the port; sessions go on. */
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        channel.close().addListener(done -> closed.complete(null));
        return closed;
    }

    /**
     * Frees the port and ends the sessions: idle ones with 421 at once, those that have a message on its way when that
     * has its answer, and all when {@code patience} is over.
     *
     * @return completes when no session is left
     */
    public CompletableFuture<Void> drain(Duration patience) {
        return close().thenCompose(closed -> reception.drain(patience, sessions.next()));
    }

    /** {@code public on 0.0.0.0:25}. */
    @Override
    public String toString() {
        return listener + " on " + text(address());
    }

    static String text(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        String host = ip.getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
