package dev.postern.testing.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The connections of one run. All of it is on one event loop. */
final class Sender {
    private static final int RETRY_MS = 50;
    private static final int TICK_MS = 2;
    /** Seconds. */
    private static final int LAST_WORDS = 1;

    final Load load;
    final Ledger ledger;
    final Filler filler;
    final SslContext tls;
    private final EventLoop loop;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Queue<SenderSession> idle = new ArrayDeque<>();
    private final Set<SenderSession> sessions = new HashSet<>();
    private final long started = System.nanoTime();
    private ScheduledFuture<?> ticks;
    private int next;
    private int open;
    private volatile boolean stopped;

    Sender(Load load, Ledger ledger, Filler filler, SslContext tls, EventLoop loop) {
        this.load = load;
        this.ledger = ledger;
        this.filler = filler;
        this.tls = tls;
        this.loop = loop;
    }

    /** Completes when every message was tried once, or nothing was accepted for as long as the load's patience. */
    CompletableFuture<Void> run() {
        loop.execute(() -> {
            open = load.connections();
            for (int i = 0; i < load.connections(); i++) {
                connect();
            }
            ticks = loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        });
        return done;
    }

    /** Begins no further message. */
    void stop() {
        stopped = true;
    }

    /** Number of a message that a session may begin now; -1: there is none any more; -2: later, and the session will be called. */
    int take(SenderSession session) {
        if (over()) {
            return -1;
        }
        if (load.rate() > 0 && next >= load.rate() * ((System.nanoTime() - started) / 1e9)) {
            idle.add(session);
            return -2;
        }
        return next++;
    }

    /** A connection was made. */
    void opened(SenderSession session) {
        sessions.add(session);
    }

    /** A connection has ended. */
    void closed(SenderSession session, boolean broken) {
        idle.remove(session);
        sessions.remove(session);
        if (over()) {
            ended();
        } else if (broken) {
            loop.schedule(this::connect, RETRY_MS, TimeUnit.MILLISECONDS);
        } else {
            connect();
        }
    }

    private boolean over() {
        return stopped || next >= load.messages();
    }

    private void connect() {
        if (over()) {
            ended();
            return;
        }
        new Bootstrap().group(loop).channel(Transport.client()).option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 10_000).handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SenderSession(Sender.this));
                    }
                }).connect("127.0.0.1", load.port()).addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        ledger.failed(connected.cause().toString());
                        loop.schedule(this::connect, RETRY_MS, TimeUnit.MILLISECONDS);
                    }
                });
    }

    private void ended() {
        if (--open == 0) {
            ticks.cancel(false);
            done.complete(null);
        }
    }

    private void tick() {
        if (!stopped && ledger.idle() > load.patience()) {
            ledger.failed("nothing was accepted for " + load.patience() + " seconds");
            stopped = true;
            List.copyOf(sessions).forEach(SenderSession::abandon);
        }
        // Some servers let connections wait for others to end; those that wait for nothing any more are not waited for.
        if (over() && ledger.idle() > LAST_WORDS && sessions.stream().noneMatch(SenderSession::busy)) {
            List.copyOf(sessions).forEach(SenderSession::abandon);
        }
        while (!idle.isEmpty() && (over() || next < load.rate() * ((System.nanoTime() - started) / 1e9))) {
            idle.remove().next();
        }
    }
}
