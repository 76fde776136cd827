package dev.postern.gateway.smtp;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.MessageIntake.Taken;
import dev.postern.gateway.spool.Envelope;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.Supplier;

/** The content of a session's messages, after DATA (RFC 5321) or in BDAT chunks (RFC 3030), to the answer at its end. */
final class SessionContent {
    private final SmtpServices services;
    private final ListenerMetrics metrics;
    private final SessionLink link;
    private final Supplier<Client> client;
    private final Supplier<String> user;
    private final Runnable done;
    private State state = State.NONE;
    private MailTransaction transaction;
    private MessageIntake intake;
    private boolean stalled;
    private long remaining;
    private boolean lastChunk;
    private Reply afterSkip;
    private long expectedFrom;
    /** When the content has to be in, by {@link System#nanoTime}. */
    private long contentEnd;

    /** SKIP: octets of a chunk that nobody wants. END: the answer to the message is on its way. */
    private enum State { NONE, DATA, CHUNK, SKIP, END }

    /**
     * @param client the session's, as it is known at the time
     * @param user   who has logged in at the time, or null
     * @param done   called when a message has its answer, good or bad
     */
    SessionContent(SmtpServices services, ListenerMetrics metrics, SessionLink link, Supplier<Client> client, Supplier<String> user, Runnable done) {
        this.services = services;
        this.metrics = metrics;
        this.link = link;
        this.client = client;
        this.user = user;
        this.done = done;
    }

    /** Whether what the client sends is content. */
    boolean receiving() {
        return state != State.NONE;
    }

    /** Whether nothing can be taken until the spool has done its part. */
    boolean busy() {
        return stalled || state == State.END;
    }

    /** Whether some chunks are in and the last is not. */
    boolean chunking() {
        return intake != null;
    }

    /** Content comes until CRLF.CRLF. */
    void data(MailTransaction transaction, ReceivedHeader trace) {
        begin(transaction, trace, DataDecoder.forData());
        state = State.DATA;
        expectBlock();
    }

    /** {@code size} octets of content come. */
    void chunk(MailTransaction transaction, ReceivedHeader trace, long size, boolean last) {
        if (intake == null) {
            begin(transaction, trace, DataDecoder.forChunks());
        }
        state = State.CHUNK;
        remaining = size;
        lastChunk = last;
        intake.announced(size);
        expectBlock();
        if (size == 0) {
            chunkEnd();
        }
    }

    /** {@code size} octets come that are thrown away; then {@code reply} is given, if it is not null. */
    void skip(long size, Reply reply) {
        state = State.SKIP;
        remaining = size;
        afterSkip = reply;
        expectedFrom = size;
        contentEnd = System.nanoTime() + services.limits().abuse().content().toNanos();
        expectMore();
        if (size == 0) {
            skipEnd();
        }
    }

    /** @return false when nothing was done */
    boolean consume(ByteBuf in) {
        if (!in.isReadable()) {
            return false;
        }
        switch (state) {
            case DATA -> take(in);
            case CHUNK -> {
                ByteBuf chunk = in.slice(in.readerIndex(), (int) Math.min(remaining, in.readableBytes()));
                take(chunk);
                in.skipBytes(chunk.readerIndex());
                remaining -= chunk.readerIndex();
                if (remaining == 0) {
                    chunkEnd();
                }
            }
            case SKIP -> {
                int n = (int) Math.min(remaining, in.readableBytes());
                in.skipBytes(n);
                remaining -= n;
                if (expectedFrom - remaining >= MessageIntake.BLOCK) {
                    expectedFrom = remaining;
                    expectMore();
                }
                if (remaining == 0) {
                    skipEnd();
                }
            }
            default -> throw new IllegalStateException("no content is expected");
        }
        return true;
    }

    /**
     * Forgets a transaction's message.
     *
     * @return false when it is being made durable: it will end by itself
     */
    boolean abort(MailTransaction aborted) {
        if (intake == null) {
            aborted.incoming().abort();
            return true;
        }
        boolean stopped = intake.abort();
        if (stopped) {
            clear();
        }
        return stopped;
    }

    private void begin(MailTransaction next, ReceivedHeader trace, DataDecoder decoder) {
        transaction = next;
        contentEnd = System.nanoTime() + services.limits().abuse().content().toNanos();
        intake = new MessageIntake(next.incoming(), decoder, trace.toString(), client.get().policy().limits().messageSize(), client.get().serverName(), link,
                this::unstall);
    }

    private void take(ByteBuf in) {
        Taken taken = intake.take(in);
        if (taken == Taken.STALLED) {
            stalled = true;
            link.expect(null);
        } else if (taken == Taken.END) {
            finish();
        } else if (intake.contentSize() - expectedFrom >= MessageIntake.BLOCK) {
            expectBlock();
        }
    }

    private void unstall() {
        if (stalled) {
            stalled = false;
            expectBlock();
            link.resume();
        }
    }

    private void expectBlock() {
        expectedFrom = intake.contentSize();
        expectMore();
    }

    /** The time for a block, or what is left for the whole: a client that brings a little all the time ends, too. */
    private void expectMore() {
        Duration left = Duration.ofNanos(Math.max(0, contentEnd - System.nanoTime()));
        Duration block = services.limits().dataBlock();
        link.expect(left.compareTo(block) < 0 ? left : block);
    }

    private void chunkEnd() {
        if (lastChunk) {
            finish();
            return;
        }
        state = State.NONE;
        var refusal = intake.refusal();
        link.reply(refusal == null ? Reply.of(250, "2.0.0", intake.contentSize() + " octets received") : refusal.reply());
        link.expect(services.limits().command());
    }

    private void skipEnd() {
        state = State.NONE;
        if (afterSkip != null) {
            link.reply(afterSkip);
        }
        link.expect(services.limits().command());
    }

    private void finish() {
        state = State.END;
        link.expect(null);
        long receivedAt = services.clock().millis();
        MailTransaction ended = transaction;
        MessageIntake content = intake;
        content.finish((size, eightBit) -> {
            Envelope envelope = ended.envelope(receivedAt, size, eightBit, content.tlsOptional(), client.get().listener().plan().name(),
                    new Envelope.Origin(client.get().address().getHostAddress(), user.get(), content.messageId()));
            services.log().log(new MailEvent.MessageId(ended.mid(), content.messageId()));
            if (envelope.tls().demand() != null) {
                services.log().log(new MailEvent.TlsDemand(ended.mid(), envelope.tls().demand()));
            }
            services.log().log(new MailEvent.MessageReady(ended.mid(), size, envelope.sender()));
            return envelope;
        }, (size, refusal) -> answer(ended, size, refusal));
    }

    private void answer(MailTransaction ended, long size, MessageIntake.Refusal refusal) {
        clear();
        if (refusal == null) {
            services.log().log(new MailEvent.MessageQueued(ended.mid()));
            metrics.accepted(size);
            link.reply(Reply.of(250, "2.0.0", "ok:  Message " + ended.mid() + " accepted"));
        } else {
            services.log().log(new MailEvent.MessageAborted(ended.mid(), refusal.reply().text()));
            metrics.rejected(refusal.reason());
            link.reply(refusal.reply());
        }
        done.run();
        link.resume();
    }

    private void clear() {
        state = State.NONE;
        stalled = false;
        transaction = null;
        intake = null;
    }
}
