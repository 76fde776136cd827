package dev.postern.gateway.smtp;

import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * Takes the content of one message into the spool: checks it as it streams, hands it on in pieces of at most {@value #PIECE}
 * octets, one at a time, and holds back its source meanwhile. What is refused is consumed to its end and not kept. Used on its event
 * loop alone.
 */
final class MessageIntake {
    /** Largest piece for the spool, in octets. */
    static final int PIECE = 64 * 1024;
    /** Octets that a client must bring within the time for a block. */
    static final int BLOCK = 16 * 1024;
    private static final int FIRST_CAPACITY = 16 * 1024;
    /** Until content comes: many clients may begin a message and leave it at that. */
    private static final int IDLE_CAPACITY = 1024;

    private final Spool.Incoming incoming;
    private final DataDecoder decoder;
    private final HeaderScanner header;
    private final SessionLink link;
    private final long maxSize;
    private final Runnable resume;
    private ByteBuf piece;
    private long contentSize;
    private long size;
    private boolean appending;
    private boolean committing;
    private boolean ended;
    private Runnable afterAppend;
    private Refusal refusal;

    /** Why a message is not taken. */
    record Refusal(Reply reply, Rejection reason) {
    }

    /**
     * @param trace   what goes before the content
     * @param maxSize octets of content at most
     * @param serverName what this server calls itself in trace fields
     * @param resume  called on the loop when content can be taken again
     */
    MessageIntake(Spool.Incoming incoming, DataDecoder decoder, String trace, long maxSize, String serverName, SessionLink link, Runnable resume) {
        header = new HeaderScanner(serverName);
        this.incoming = incoming;
        this.decoder = decoder;
        this.link = link;
        this.maxSize = maxSize;
        this.resume = resume;
        piece = link.allocator().buffer(IDLE_CAPACITY, PIECE);
        ByteBufUtil.writeUtf8(piece, trace);
        size = piece.readableBytes();
    }

    /** What {@link #take} came to. */
    enum Taken {
        /** All that was there; more may come. */
        ALL,
        /** Nothing more for now: the spool is behind; {@code resume} will be called. */
        STALLED,
        /** The end of the data. */
        END
    }

    /** Takes content from {@code in}. */
    Taken take(ByteBuf in) {
        while (in.isReadable()) {
            if (piece.readableBytes() > PIECE - DataDecoder.STRETCH - 2) {   // 2: chunks may get a CRLF at their end
                if (appending) {
                    return Taken.STALLED;
                }
                append();
            }
            int before = piece.writerIndex();
            int from = in.readerIndex();
            boolean end = decoder.decode(in, piece);
            contentSize += in.readerIndex() - from;
            size += piece.writerIndex() - before;
            header.scan(piece, before, piece.writerIndex() - before);
            check();
            if (end) {
                return Taken.END;
            }
        }
        return Taken.ALL;
    }

    /** So many octets follow: what is too much is known before they come, and then nothing of them is kept. */
    void announced(long octets) {
        if (refusal == null && octets > maxSize - contentSize) {
            refuse(tooLarge());
        }
    }

    /** Octets of content that came, as they came. */
    long contentSize() {
        return contentSize;
    }

    /** Why the message is not taken, as far as it is known, or null. */
    Refusal refusal() {
        return refusal;
    }

    String messageId() {
        return header.messageId();
    }

    /** Whether the header says {@code TLS-Required: No}. */
    boolean tlsOptional() {
        return header.tlsOptional();
    }

    /**
     * Ends the content and makes the message durable.
     *
     * @param envelope from size and whether octets above 127 were seen
     * @param outcome  gets the size, or why the message was not taken; on the loop, once; not called after {@link #abort}
     */
    void finish(BiFunction<Long, Boolean, Envelope> envelope, BiConsumer<Long, Refusal> outcome) {
        ended = true;
        int before = piece.readableBytes();
        decoder.finish(piece);
        size += piece.readableBytes() - before;
        check();
        if (refusal == null && piece.isReadable() && !appending) {
            append();
        }
        if (appending) {
            afterAppend = () -> finish(envelope, outcome);
            return;
        }
        piece.release();
        piece = Unpooled.EMPTY_BUFFER;
        if (refusal != null) {
            incoming.abort();
            outcome.accept(size, refusal);
            return;
        }
        committing = true;
        hop(incoming.commit(envelope.apply(size, decoder.eightBit())), (done, error) -> {
            if (error != null) {
                refuse(spoolRefusal(error));
            }
            outcome.accept(size, refusal);
        });
    }

    /**
     * Forgets the message, unless it is being made durable already.
     *
     * @return false when it is: the outcome then comes as ever
     */
    boolean abort() {
        if (committing) {
            return false;
        }
        piece.release();
        piece = Unpooled.EMPTY_BUFFER;
        if (appending) {
            afterAppend = incoming::abort;
        } else {
            incoming.abort();
        }
        return true;
    }

    /** The answer to a failure of the spool. */
    static Refusal spoolRefusal(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof Spool.SpoolException spool && spool.full()
                ? new Refusal(Denial.SpoolFull.reply(), Denial.SpoolFull.reason())
                : new Refusal(Reply.of(451, "4.3.0", "the message could not be stored"), Rejection.SpoolError);
    }

    private void check() {
        if (refusal == null && contentSize > maxSize) {
            refuse(tooLarge());
        } else if (refusal == null && header.tooLarge()) {
            refuse(new Refusal(Denial.HeaderSize.reply(), Denial.HeaderSize.reason()));
        } else if (refusal == null && header.looping()) {
            refuse(new Refusal(Reply.of(554, "5.4.6", header.loop()), Rejection.Loop));
        } else if (refusal == null && decoder.fault() != null) {
            refuse(new Refusal(fault(decoder.fault()), Rejection.Content));
        }
        if (refusal != null) {
            piece.clear();
        }
    }

    private Refusal tooLarge() {
        return new Refusal(Denial.MessageSize.reply(), Denial.MessageSize.reason());
    }

    private static Reply fault(DataDecoder.Fault fault) {
        return switch (fault) {
            case BARE_CR -> Reply.of(550, "5.6.0", "message has a bare CR; only CRLF ends a line");
            case BARE_LF -> Reply.of(550, "5.6.0", "message has a bare LF; only CRLF ends a line");
            case NUL -> Reply.of(554, "5.6.0", "message has a NUL octet");
            case LINE_TOO_LONG -> Reply.of(554, "5.6.0", "message has a line longer than " + DataDecoder.MAX_LINE + " octets");
        };
    }

    private void refuse(Refusal why) {
        if (refusal == null) {
            refusal = why;
        }
        piece.clear();
    }

    private void append() {
        ByteBuf full = piece;
        piece = ended ? Unpooled.EMPTY_BUFFER : link.allocator().buffer(PIECE, PIECE);   // one that has filled a piece is large
        appending = true;
        hop(incoming.append(full), (done, error) -> {
            appending = false;
            if (error != null) {
                refuse(spoolRefusal(error));
            }
            if (afterAppend != null) {
                Runnable next = afterAppend;
                afterAppend = null;
                next.run();
            } else {
                resume.run();
            }
        });
    }

    /** Continues on the loop, at once where the stage is done already. */
    private <T> void hop(CompletionStage<T> stage, BiConsumer<T, Throwable> then) {
        BiConsumer<T, Throwable> guarded = (done, error) -> {
            try {
                then.accept(done, error);
            } catch (RuntimeException e) {
                link.failed(e);   // the stage would swallow it, and the session wait for ever
            }
        };
        var future = stage.toCompletableFuture();
        if (future.isDone()) {
            future.whenComplete(guarded);
        } else {
            future.whenCompleteAsync(guarded, link.loop());
        }
    }
}
