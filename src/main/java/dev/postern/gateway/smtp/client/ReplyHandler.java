package dev.postern.gateway.smtp.client;

import dev.postern.gateway.smtp.client.ClientException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;

/**
 * Between the event loop, which brings replies, and the session, which waits for them. Holds at most {@value #MAX_WAITING}: a
 * server that says more unasked is cut off.
 */
final class ReplyHandler extends ByteToMessageDecoder {
    private static final int MAX_WAITING = 512;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Reply> replies = new ArrayDeque<>();
    private ClientException failure;

    // Of the event loop alone.
    private final ReplyDecoder decoder = new ReplyDecoder();
    private boolean clearUntil220;
    private boolean held;
    private boolean injected;

    /** From here on, the first 220 is the last thing that may come in clear. Called on the event loop. */
    void expectHandshake() {
        clearUntil220 = true;
    }

    /** Ends the wait for the handshake. Called on the event loop; false where something came in clear behind the 220. */
    boolean release() {
        held = false;
        return !injected;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (held) {
            injected = true;
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            Reply reply = decoder.decode(in);
            if (reply == null) {
                return;
            }
            if (clearUntil220) {
                clearUntil220 = false;
                held = reply.code() == 220;
            }
            if (!offer(reply)) {
                fail(new ClientException(Kind.PROTOCOL, "server sends replies that nobody asked for"));
                ctx.close();
            }
        } catch (ReplyDecoder.ProtocolException e) {
            in.skipBytes(in.readableBytes());
            fail(new ClientException(Kind.PROTOCOL, e.getMessage()));
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        fail(new ClientException(Kind.CLOSED, "connection closed by the server"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean tls = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
        fail(new ClientException(tls ? Kind.HANDSHAKE : Kind.CLOSED, "connection lost: " + ClientSession.describe(cause)));
        ctx.close();
    }

    private boolean offer(Reply reply) {
        lock.lock();
        try {
            if (replies.size() >= MAX_WAITING) {
                return false;
            }
            replies.add(reply);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void fail(ClientException why) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing came that was not asked for, and the connection stands. */
    boolean quiet() {
        try {
            requireQuiet();
            return true;
        } catch (ClientException e) {
            return false;
        }
    }

    /** @throws ClientException where the connection is lost, or something came that was not asked for */
    void requireQuiet() throws ClientException {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
            if (!replies.isEmpty()) {
                throw new ClientException(Kind.PROTOCOL, "server answered before the message ended");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A refusal that came before it was due, or null.
     *
     * @param limit how long to wait for what a connection whose other end is gone still holds
     */
    Reply refusal(Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (replies.isEmpty() && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            Reply first = replies.peek();
            return first != null && first.code() >= 400 ? first : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** The next reply; those that came before a failure come first. */
    Reply take(Duration limit, String what) throws ClientException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (replies.isEmpty()) {
                if (failure != null) {
                    throw new ClientException(failure.kind(), failure.getMessage());
                }
                if (left <= 0) {
                    failure = new ClientException(Kind.TIMEOUT, "no answer to " + what + " within " + limit.toSeconds() + " s");
                    throw failure;   // whatever comes later is an answer to nothing
                }
                left = changed.awaitNanos(left);
            }
            return replies.poll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException(Kind.CLOSED, "interrupted");
        } finally {
            lock.unlock();
        }
    }
}
