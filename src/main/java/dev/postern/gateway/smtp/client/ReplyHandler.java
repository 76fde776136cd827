package dev.postern.gateway.smtp.client;

import dev.postern.gateway.smtp.client.ClientException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;

/**
 * Between the event loop, which brings replies, and the session, which waits for them. Holds at most {@value #MAX_WAITING}: a
 * server that says more unasked is cut off.
 */
final class ReplyHandler extends ByteToMessageDecoder {
    /** How long a connection that broke while something was sent is read on, for the reply that says why. */
    static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int MAX_WAITING = 512;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Reply> replies = new ArrayDeque<>();
    private ClientException failure;
    /** By {@link System#nanoTime}: when whoever waits gives up. */
    private long until;
    private boolean waited;
    private EventExecutor executor;
    /** Wakes whoever waits, at {@code alarmAt}. There is one for many waits, each of which moves {@code until} only: most end long before. */
    private ScheduledFuture<?> alarm;
    private long alarmAt;

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
    public void handlerAdded(ChannelHandlerContext ctx) {
        executor = ctx.executor();
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

    /** What became of bytes that nobody waited for. A reply that is on its way may say why they were not taken, so that it has a while to come. Called on the event loop. */
    void written(Future<? super Void> done) {
        if (!done.isSuccess()) {
            executor.schedule(() -> fail(new ClientException(Kind.CLOSED, "connection lost: " + ClientSession.describe(done.cause()))), LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        }
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
            cancel();
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
        long end = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            while (replies.isEmpty() && failure == null && end - System.nanoTime() > 0) {
                await(end);
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
        long end = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            while (replies.isEmpty()) {
                if (failure != null) {
                    throw new ClientException(failure.kind(), failure.getMessage());
                }
                if (end - System.nanoTime() <= 0) {
                    failure = new ClientException(Kind.TIMEOUT, "no answer to " + what + " within " + limit.toSeconds() + " s");
                    throw failure;   // whatever comes later is an answer to nothing
                }
                await(end);
            }
            return replies.poll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException(Kind.CLOSED, "interrupted");
        } finally {
            lock.unlock();
        }
    }

    /** Waits, until {@code end} at most or a little longer. A wait with a limit of its own would cost a virtual thread two more turns of the scheduler's threads. */
    private void await(long end) throws InterruptedException {
        until = end;
        waited = true;
        try {
            if (alarm == null || alarmAt - end > 0) {
                set(end);
            }
            changed.await();
        } catch (RejectedExecutionException e) {
            changed.awaitNanos(end - System.nanoTime());   // the event loops are being closed
        } finally {
            waited = false;
        }
    }

    private void set(long at) {
        cancel();
        ScheduledFuture<?> set = executor.schedule(this::ring, Math.max(0, at - System.nanoTime()), TimeUnit.NANOSECONDS);
        alarm = set;
        alarmAt = at;
    }

    private void cancel() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    /** One that was cancelled too late wakes whoever waits for nothing, and is set again. */
    private void ring() {
        lock.lock();
        try {
            alarm = null;
            if (waited && until - System.nanoTime() > 0) {
                set(until);
            } else {
                changed.signalAll();
            }
        } catch (RejectedExecutionException e) {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
