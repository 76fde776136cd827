package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Messages to put into a spool, and what to do with them. */
final class Messages {
    private static final long PATIENCE_SECONDS = 60;

    private Messages() {
    }

    static Recipient recipient(String address) {
        return new Recipient(address, State.PENDING, 0, 0, null, null, null, null);
    }

    static Envelope to(String... addresses) {
        return new Envelope(0, 1_700_000_000_000L, "sender@example.com", 0, false, false, null, null, "public",
                Arrays.stream(addresses).map(Messages::recipient).toList());
    }

    /** A body that follows from its seed, so that whoever knows the seed can check it. */
    static byte[] body(long seed, int size) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Commits a message whose body comes in pieces of {@code piece} bytes. */
    static long put(Spool spool, byte[] body, int piece, Envelope envelope) throws Exception {
        var incoming = spool.begin();
        for (var at = 0; at < body.length; at += piece) {
            await(incoming.append(Unpooled.copiedBuffer(body, at, Math.min(piece, body.length - at))));
        }
        await(incoming.commit(envelope));
        return incoming.mid();
    }

    static long put(Spool spool, byte[] body) throws Exception {
        return put(spool, body, Math.max(1, body.length), to("a@example.org"));
    }

    static byte[] read(Spool spool, long mid, long offset, int length) throws Exception {
        return bytes(await(spool.read(mid, offset, length)));
    }

    static byte[] bytes(ByteBuf buffer) {
        try {
            var bytes = new byte[buffer.readableBytes()];
            buffer.readBytes(bytes);
            return bytes;
        } finally {
            buffer.release();
        }
    }

    static Recipient delivered(Recipient recipient) {
        return recipient.with(State.DELIVERED, recipient.attempts(), 0, "2.0.0", "250 2.0.0 Ok");
    }

    /** Delivers all recipients, so that the message goes. */
    static void deliver(Spool spool, long mid) throws Exception {
        var envelope = await(spool.envelope(mid));
        var updates = new HashMap<Integer, Recipient>();
        for (var rid = 0; rid < envelope.recipients().size(); rid++) {
            updates.put(rid, delivered(envelope.recipients().get(rid)));
        }
        await(spool.update(mid, Map.copyOf(updates)));
    }

    /** All that waits, page by page: one that ends early, as the next stretch is damaged, is followed by others. */
    static List<Envelope> pending(Spool spool) throws Exception {
        var all = new ArrayList<Envelope>();
        for (var page = await(spool.page(0, 1_000)); !page.isEmpty(); page = await(spool.page(all.getLast().mid() + 1, 1_000))) {
            all.addAll(page);
        }
        return all.stream().filter(Envelope::pending).toList();
    }
}
