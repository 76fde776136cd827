package dev.postern.gateway.mtasts;

import dev.postern.gateway.tls.ClientContext;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSession;

/**
 * One GET over TLS, to an address that is known already; whether the peer may be believed is decided between handshake and request, by
 * whoever makes it. Every method waits until the deadline at most: for virtual threads, never for event loops.
 */
final class PolicyRequest implements AutoCloseable {
    private static final long MAX_CONNECT_MILLIS = 10_000;

    private final String host;
    private final int port;
    private final long deadline;
    private final Channel channel;
    private final SslHandler tls;
    private final ResponseHandler responses;

    private PolicyRequest(String host, int port, long deadline, Channel channel, SslHandler tls, ResponseHandler responses) {
        this.host = host;
        this.port = port;
        this.deadline = deadline;
        this.channel = channel;
        this.tls = tls;
        this.responses = responses;
    }

    /**
     * Connects and starts the handshake.
     *
     * @param host     for SNI and the request
     * @param deadline for everything, by {@link System#nanoTime}
     * @param maxBytes of a body
     */
    static PolicyRequest connect(EventLoopGroup group, ClientContext context, String host, InetSocketAddress address, long deadline, int maxBytes)
            throws IOException, InterruptedException {
        long patience = Math.min(MAX_CONNECT_MILLIS, millis(deadline));
        ResponseHandler responses = new ResponseHandler(maxBytes);
        CompletableFuture<SslHandler> handler = new CompletableFuture<>();
        var future = new Bootstrap().group(group)
                .channel(group instanceof EpollEventLoopGroup ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) patience)
                .option(ChannelOption.AUTO_CLOSE, false)   // a write that fails must not discard what came before
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        SslHandler tls = context.handler(channel.alloc(), host, address.getPort(), Duration.ofMillis(millis(deadline)));
                        channel.pipeline().addLast(tls, new HttpClientCodec(), responses);
                        handler.complete(tls);
                    }
                })
                .connect(address);
        try {
            if (!future.await(patience + 500) || !future.isSuccess()) {
                throw new IOException(future.cause() == null ? "connection timed out" : message(future.cause()));
            }
        } catch (IOException | InterruptedException e) {
            future.cancel(true);
            future.channel().close();
            throw e;
        }
        return new PolicyRequest(host, address.getPort(), deadline, future.channel(), handler.join(), responses);
    }

    /** The session, once it is encrypted; whose it is nobody has looked at. */
    SSLSession handshake() throws IOException, InterruptedException {
        Future<Channel> handshake = tls.handshakeFuture();
        if (!handshake.await(millis(deadline)) || !handshake.isSuccess()) {
            throw new IOException("TLS handshake " + (handshake.cause() == null ? "timed out" : "failed: " + message(handshake.cause())));
        }
        return tls.engine().getSession();
    }

    /** Asks, and takes the answer; it is whole. */
    ResponseHandler.Response get(String path) throws IOException, InterruptedException {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers().set(HttpHeaderNames.HOST, port == 443 ? host : host + ":" + port)
                .set(HttpHeaderNames.USER_AGENT, "Postern")
                .set(HttpHeaderNames.ACCEPT, "text/plain")
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.writeAndFlush(request);
        try {
            return responses.response().get(millis(deadline), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(message(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no whole answer in time", e);
        }
    }

    @Override
    public void close() {
        channel.close();
    }

    private static long millis(long deadline) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    }

    private static String message(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
