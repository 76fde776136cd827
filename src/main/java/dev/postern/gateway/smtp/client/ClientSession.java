package dev.postern.gateway.smtp.client;

import dev.postern.gateway.smtp.client.ClientException.Kind;
import dev.postern.gateway.tls.ClientContext;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a server. Every method waits for its answer, no longer than {@link Timeouts} allow: call it on a virtual
 * thread, never on an event loop. Used by one thread at a time.
 */
public final class ClientSession implements AutoCloseable {
    private final Channel channel;
    private final ReplyHandler replies;
    private final Timeouts timeouts;
    private Capabilities capabilities = Capabilities.NONE;
    private boolean needsReset;
    private boolean encoded;

    private ClientSession(Channel channel, ReplyHandler replies, Timeouts timeouts) {
        this.channel = channel;
        this.replies = replies;
        this.timeouts = timeouts;
    }

    /**
     * Connects. The greeting is not read yet.
     *
     * @throws ClientException of kind CONNECT
     */
    public static ClientSession connect(EventLoopGroup group, InetSocketAddress address, Timeouts timeouts) throws ClientException {
        ReplyHandler replies = new ReplyHandler();
        var future = new Bootstrap().group(group)
                .channel(group instanceof EpollEventLoopGroup ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeouts.connect().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                // A write that fails must not discard the reply that says why and that came before.
                .option(ChannelOption.AUTO_CLOSE, false)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(replies);
                    }
                })
                .connect(address);
        if (!finished(future, timeouts.connect().plusSeconds(1)) || !future.isSuccess()) {
            future.cancel(true);
            future.channel().close();
            throw new ClientException(Kind.CONNECT, future.cause() == null ? "connection timed out" : describe(future.cause()));
        }
        return new ClientSession(future.channel(), replies, timeouts);
    }

    /** The server's greeting. */
    public Reply greeting() throws ClientException {
        return replies.take(timeouts.greeting(), "the connection");
    }

    /** Says EHLO; what the server offers is known afterwards where it agrees. */
    public Reply ehlo(String name) throws ClientException {
        Reply reply = command("EHLO " + name);
        capabilities = reply.positive() ? Capabilities.of(reply.lines()) : Capabilities.NONE;
        return reply;
    }

    /** Says HELO, for a server that does not know EHLO. */
    public Reply helo(String name) throws ClientException {
        capabilities = Capabilities.NONE;
        return command("HELO " + name);
    }

    public Capabilities capabilities() {
        return capabilities;
    }

    /** Says STARTTLS. After a 220 only {@link #handshake} may follow. */
    public Reply startTls() throws ClientException {
        checkQuiet();
        channel.eventLoop().execute(replies::expectHandshake);
        return command("STARTTLS");
    }

    /**
     * Makes the handshake; what the server offered before is forgotten (RFC 3207 section 4.2).
     *
     * @param host name for SNI; an address sends none
     * @throws ClientException of kind INJECTED or HANDSHAKE; the connection is of no use any more
     */
    public TlsSession handshake(ClientContext tls, String host) throws ClientException {
        capabilities = Capabilities.NONE;
        Future<SslHandler> started = channel.eventLoop().submit(() -> {
            if (!replies.release()) {
                return null;
            }
            if (!channel.isActive()) {
                throw new IOException("connection closed by the server");   // a handler that is added now would wait in vain
            }
            SslHandler handler = tls.handler(channel.alloc(), host, remote().getPort(), timeouts.handshake());
            channel.pipeline().addFirst(handler);
            return handler;
        });
        if (!finished(started, timeouts.handshake()) || !started.isSuccess()) {
            throw new ClientException(Kind.HANDSHAKE, started.cause() == null ? "stalled" : describe(started.cause()));
        }
        SslHandler handler = started.getNow();
        if (handler == null) {
            throw new ClientException(Kind.INJECTED, "bytes in clear before the handshake");
        }
        Promise<TlsSession> handshake = channel.eventLoop().newPromise();
        // On the event loop, while the engine is whole: the pipeline loses it where the server closes at once.
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                handshake.setSuccess(new TlsSession(handler.engine().getSession(), ClientContext.staple(handler.engine())));
            } else {
                handshake.setFailure(done.cause());
            }
        });
        if (!finished(handshake, timeouts.handshake().plusSeconds(1)) || !handshake.isSuccess()) {
            throw new ClientException(Kind.HANDSHAKE, handshake.cause() == null ? "stalled" : describe(handshake.cause()));
        }
        return handshake.getNow();
    }

    /**
     * Makes one transaction. What the server lacks is made up for where that can be: {@link Fitting}.
     *
     * @return for each recipient what decided, in their order
     * @throws ClientException when the connection ends in the midst; unless it says in doubt, nobody has received the message
     */
    public List<Outgoing.Result> send(Outgoing message) throws ClientException {
        Fitting fitting = Fitting.of(message, capabilities, timeouts.block());
        encoded = fitting.encoded();
        return fitting.refusal() != null ? Collections.nCopies(message.recipients().size(), new Outgoing.Result(fitting.refusal(), true))
                : new Transaction(this, fitting.message()).run();
    }

    /** Whether the last message went in another encoding than it came, as the server does not offer 8BITMIME. */
    public boolean encoded() {
        return encoded;
    }

    /** Whether another message can be sent: the connection stands, and the server said nothing unasked. */
    public boolean usable() {
        return channel.isActive() && replies.quiet();
    }

    /** Address of this end. */
    public InetAddress local() {
        return ((InetSocketAddress) channel.localAddress()).getAddress();
    }

    /** Address of the other end. */
    public InetSocketAddress remote() {
        return (InetSocketAddress) channel.remoteAddress();
    }

    /** Says QUIT, waits shortly for the answer, and closes. */
    public void quit() {
        try {
            if (usable()) {
                write("QUIT\r\n");
                replies.take(timeouts.quit(), "QUIT");
            }
        } catch (ClientException e) {
            // it is over either way
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        channel.close();
    }

    private Reply command(String line) throws ClientException {
        checkQuiet();
        write(line(line));
        return replies.take(timeouts.command(), line.split(" ", 2)[0]);
    }

    private void checkQuiet() throws ClientException {
        if (!replies.quiet()) {
            Reply unasked = replies.take(Duration.ZERO, "nothing");
            throw new ClientException(unasked.code() == 421 ? Kind.CLOSED : Kind.PROTOCOL, "server said unasked: " + unasked.text());
        }
    }

    // For Transaction.

    Timeouts timeouts() {
        return timeouts;
    }

    Channel channel() {
        return channel;
    }

    ReplyHandler replies() {
        return replies;
    }

    boolean needsReset() {
        return needsReset;
    }

    void needsReset(boolean needed) {
        needsReset = needed;
    }

    /** @throws ClientException where the connection is gone or the server did not take the bytes in time */
    void write(ByteBuf bytes, Duration limit) throws ClientException {
        await(channel.writeAndFlush(bytes), limit);
    }

    private void await(ChannelFuture future, Duration limit) throws ClientException {
        if (!finished(future, limit)) {
            close();
            throw new ClientException(Kind.TIMEOUT, "server takes no data");
        }
        if (!future.isSuccess()) {
            throw new ClientException(Kind.CLOSED, "connection lost: " + describe(future.cause()));
        }
    }

    /**
     * Writes what is answered next. Where the connection has room nobody waits for the bytes to be on their way: their answer, or its lack, tells what became of them.
     *
     * @throws ClientException where there is no room, and the server did not take the bytes in time
     */
    void ask(ByteBuf bytes, Duration limit) throws ClientException {
        var future = channel.writeAndFlush(bytes);
        if (channel.isWritable()) {
            future.addListener(replies::written);
        } else {
            await(future, limit);
        }
    }

    private void write(String text) throws ClientException {
        ask(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), timeouts.command());
    }

    /** A command line; what it is made of comes from others, and must not become two commands. */
    static String line(String command) {
        for (int i = 0; i < command.length(); i++) {
            if (Character.isISOControl(command.charAt(i))) {
                throw new IllegalArgumentException("control character in an SMTP command");
            }
        }
        return command + "\r\n";
    }

    static boolean finished(Future<?> future, Duration limit) throws ClientException {
        try {
            return future.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException(Kind.CLOSED, "interrupted");
        }
    }

    static String describe(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null || message.isBlank() ? root.getClass().getSimpleName() : message.lines().findFirst().orElse(message);
    }
}
