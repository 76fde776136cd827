package dev.postern.gateway;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The event loops of a gateway: one that accepts, one for each core for sessions, and as many for delivery. */
final class EventLoops implements AutoCloseable {
    private final EventLoopGroup acceptor = group("smtp-accept", 1);
    private final EventLoopGroup sessions = group("smtp-session", Runtime.getRuntime().availableProcessors());
    private final EventLoopGroup delivery = group("smtp-delivery", Runtime.getRuntime().availableProcessors());

    EventLoopGroup acceptor() {
        return acceptor;
    }

    EventLoopGroup sessions() {
        return sessions;
    }

    EventLoopGroup delivery() {
        return delivery;
    }

    @Override
    public void close() {
        for (EventLoopGroup group : new EventLoopGroup[] {acceptor, sessions, delivery}) {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        }
    }

    private static EventLoopGroup group(String name, int threads) {
        var factory = new DefaultThreadFactory(name, true);
        return Epoll.isAvailable() ? new EpollEventLoopGroup(threads, factory) : new NioEventLoopGroup(threads, factory);
    }
}
