package dev.postern.gateway.smtp.client;

import dev.postern.gateway.smtp.client.ClientException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Makes a message fit for what a server offers: to one without 8BITMIME it goes in quoted-printable where its body has octets above 127, to one without
 * SMTPUTF8 only if its header has none. Reads the message once or twice more, and only where the server lacks something that the message may need.
 *
 * @param message as it is to be sent, or null
 * @param refusal why it is not, or null
 * @param encoded whether it is not the message that came: a signature of its sender's domain (DKIM) over the body is broken then
 */
record Fitting(Outgoing message, Reply refusal, boolean encoded) {
    private static final int PIECE = 64 * 1024;

    /**
     * Decides.
     *
     * @param limit for the reading of each piece
     * @throws ClientException of kind BODY where the message cannot be read
     */
    static Fitting of(Outgoing message, Capabilities server, Duration limit) throws ClientException {
        boolean noEightBit = message.eightBit() && !server.offers("8BITMIME");
        boolean noUtf8 = message.smtpUtf8() && !server.offers("SMTPUTF8");
        if (!noEightBit && !(noUtf8 && message.eightBit())) {
            return new Fitting(message, null, false);
        }
        SevenBit sevenBit = new SevenBit();
        read(message, limit, sevenBit::look);
        sevenBit.looked();
        if (noUtf8 && sevenBit.eightBitHeader()) {
            return refused("5.6.9 The server does not offer SMTPUTF8, which the header of this message needs");
        }
        if (!noEightBit || !sevenBit.needed() && sevenBit.impossible() == null) {
            return new Fitting(message, null, false);
        }
        if (sevenBit.prohibited() != null) {
            return refused("5.6.2 The server does not offer 8BITMIME, and the message must not be converted: " + sevenBit.prohibited());
        }
        if (sevenBit.impossible() != null) {
            return refused("5.6.3 The server does not offer 8BITMIME, and the message cannot be converted: " + sevenBit.impossible());
        }
        return new Fitting(converted(message, sevenBit, limit), null, true);
    }

    private static Fitting refused(String text) {
        return new Fitting(null, new Reply(550, List.of(text)), false);
    }

    /** The server is told the size, so the conversion is made once to find it. */
    private static Outgoing converted(Outgoing m, SevenBit sevenBit, Duration limit) throws ClientException {
        ByteBuf out = Unpooled.buffer(2 * PIECE);
        SevenBit.Encoder counted = sevenBit.encoder(out);
        long[] size = new long[1];
        read(m, limit, piece -> {
            counted.take(piece);
            size[0] += out.readableBytes();
            out.clear();
        });
        counted.end();
        size[0] += out.readableBytes();
        return new Outgoing(m.sender(), size[0], false, m.smtpUtf8(), m.ret(), m.envid(), m.recipients(), new Converted(m, sevenBit), m.requireTls());
    }

    private static void read(Outgoing message, Duration limit, Consumer<ByteBuf> consumer) throws ClientException {
        for (long offset = 0; offset < message.size();) {
            ByteBuf piece = await(message.body().read(offset, (int) Math.min(PIECE, message.size() - offset)).toCompletableFuture(), limit);
            try {
                if (!piece.isReadable()) {
                    throw new ClientException(Kind.BODY, "the message's body is shorter than its envelope says");
                }
                offset += piece.readableBytes();
                consumer.accept(piece);
            } finally {
                piece.release();
            }
        }
    }

    private static ByteBuf await(CompletableFuture<ByteBuf> piece, Duration limit) throws ClientException {
        try {
            return piece.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new ClientException(Kind.BODY, "the message's body cannot be read: " + ClientSession.describe(e));
        } catch (TimeoutException e) {
            piece.thenAccept(ByteBuf::release);
            throw new ClientException(Kind.BODY, "the message's body was not read in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            piece.thenAccept(ByteBuf::release);
            throw new ClientException(Kind.CLOSED, "interrupted");
        }
    }

    /** The converted body, from its beginning to its end, once. */
    private static final class Converted implements Outgoing.Body {
        private final Outgoing original;
        private final ByteBuf out = Unpooled.buffer(2 * PIECE);
        private final SevenBit.Encoder encoder;
        private long taken;
        private long given;
        private boolean ended;

        Converted(Outgoing original, SevenBit sevenBit) {
            this.original = original;
            encoder = sevenBit.encoder(out);
        }

        @Override
        public CompletionStage<ByteBuf> read(long offset, int length) {
            if (offset != given) {
                return CompletableFuture.failedStage(new IllegalStateException("a converted body is read once, in order"));
            }
            if (out.isReadable() || ended) {
                ByteBuf piece = out.readBytes(Math.min(length, out.readableBytes()));
                out.discardReadBytes();
                given += piece.readableBytes();
                return CompletableFuture.completedStage(piece);
            }
            if (taken == original.size()) {
                ended = true;
                encoder.end();
                return read(offset, length);
            }
            return original.body().read(taken, (int) Math.min(PIECE, original.size() - taken)).thenCompose(piece -> {
                try {
                    if (!piece.isReadable()) {
                        ended = true;   // too short: so is what is made of it, and the caller notices
                    }
                    taken += piece.readableBytes();
                    encoder.take(piece);
                } finally {
                    piece.release();
                }
                return read(offset, length);
            });
        }
    }
}
