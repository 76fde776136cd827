package dev.postern.gateway.smtp;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Records what a session hands to the spool, and fails or waits where a test wants it to. */
final class RecordingSpool implements Spool {
    final List<Message> messages = new CopyOnWriteArrayList<>();
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger aborted = new AtomicInteger();
    final AtomicInteger appends = new AtomicInteger();
    final AtomicInteger largest = new AtomicInteger();
    private final AtomicLong mids = new AtomicLong();
    volatile Admission admission = Admission.OK;
    volatile CompletableFuture<Void> appendGate = CompletableFuture.completedFuture(null);
    volatile CompletableFuture<Void> commitGate = CompletableFuture.completedFuture(null);

    record Message(Envelope envelope, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        /** The body without the Received field that the server put before it. */
        String content() {
            String text = text();
            int at = 0;
            do {
                at = text.indexOf("\r\n", at) + 2;
            } while (text.charAt(at) == '\t');
            return text.substring(at);
        }
    }

    @Override
    public Admission admission() {
        return admission;
    }

    @Override
    public Incoming begin(long expected) {
        begun.incrementAndGet();
        long mid = mids.incrementAndGet();
        return new Incoming() {
            private final ByteArrayOutputStream body = new ByteArrayOutputStream();
            private boolean appending;
            private boolean over;

            @Override
            public long mid() {
                return mid;
            }

            @Override
            public synchronized CompletionStage<Void> append(ByteBuf bytes) {
                if (appending || over) {
                    throw new IllegalStateException(over ? "append after the end" : "two appends at a time");
                }
                appends.incrementAndGet();
                largest.accumulateAndGet(bytes.readableBytes(), Math::max);
                appending = true;
                byte[] copy = new byte[bytes.readableBytes()];
                bytes.readBytes(copy);
                bytes.release();
                return appendGate.whenComplete((open, error) -> {
                    body.writeBytes(copy);
                    appending = false;
                });
            }

            @Override
            public CompletionStage<Void> commit(Envelope envelope) {
                end();
                return commitGate.thenAccept(open -> messages.add(new Message(envelope, body.toByteArray())));
            }

            @Override
            public void abort() {
                end();
                aborted.incrementAndGet();
            }

            private synchronized void end() {
                if (appending || over) {
                    throw new IllegalStateException(over ? "ended twice" : "ended while an append is under way");
                }
                over = true;
            }
        };
    }

    /** Incoming messages that were neither committed nor aborted. */
    int open() {
        return begun.get() - aborted.get() - messages.size();
    }

    @Override
    public CompletionStage<Boolean> update(long mid, Map<Integer, Envelope.Recipient> updates) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Envelope> amend(long mid, UnaryOperator<Envelope> change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<Envelope>> page(long from, int most) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Long> updateWithDsn(long mid, Map<Integer, Envelope.Recipient> updates, Envelope dsn, byte[] dsnBody) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<ByteBuf> read(long mid, long offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Envelope> envelope(long mid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forEachPending(Consumer<Envelope> consumer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long messages() {
        return messages.size();
    }

    @Override
    public void limits(int maxMessages, long reserveBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
