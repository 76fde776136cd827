package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What must hold of the client for whatever a server says, and whatever is in the spool. */
public final class ClientFuzz {

    private ClientFuzz() {
    }

    /** Called by the fuzzer, and by the replay of what it found. */
    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        if (data.length < 2) {
            return;
        }
        int cut = 1 + (data[0] & 0xff) % (data.length - 1);
        replies(data, cut);
        stuffed(data, cut);
        sevenBit(data, cut);
    }

    private static List<Reply> replies(byte[] data, int cut) {
        ReplyDecoder decoder = new ReplyDecoder();
        List<Reply> replies = new ArrayList<>();
        ByteBuf in = Unpooled.buffer();
        try {
            for (int[] part : new int[][] {{1, cut}, {cut, data.length}}) {
                in.writeBytes(data, part[0], part[1] - part[0]);
                for (Reply reply = decoder.decode(in); reply != null; reply = decoder.decode(in)) {
                    check(reply.text().chars().noneMatch(Character::isISOControl), "a reply has no control character");
                    check(reply.status().matches("[2-5]\\.\\d+\\.\\d+"), "a reply has a status");
                    if (reply.code() == 250) {
                        Capabilities offered = Capabilities.of(reply.lines());
                        check(offered.maxSize() > 0 && offered.limit("RCPTMAX") > 0, "limits make sense");
                    }
                    replies.add(reply);
                }
            }
        } catch (ReplyDecoder.ProtocolException e) {
            return replies;
        }
        return replies;
    }

    private static String stuff(byte[] data, int cut) {
        DotStuffer stuffer = new DotStuffer();
        ByteBuf out = Unpooled.buffer();
        stuffer.stuff(Unpooled.wrappedBuffer(data, 1, cut - 1), out);
        stuffer.stuff(Unpooled.wrappedBuffer(data, cut, data.length - cut), out);
        stuffer.end(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static void stuffed(byte[] data, int cut) {
        String wire = stuff(data, data.length);
        check(wire.equals(stuff(data, cut)), "the cut makes no difference");
        check(("\r\n" + wire).indexOf("\r\n.\r\n") == wire.length() - 3, "one end, at the end");
        String bare = wire.replace("\r\n", "");
        check(bare.indexOf('\r') < 0 && bare.indexOf('\n') < 0, "no bare line end is sent");
    }

    private static void sevenBit(byte[] data, int cut) throws Exception {
        Outgoing message = new Outgoing("", data.length - 1, true, false, null, null, List.of(), (offset, length) -> {
            int from = (int) offset + 1;
            return CompletableFuture.completedFuture(Unpooled.wrappedBuffer(data, from, Math.min(length, (from < cut ? cut : data.length) - from)));
        });
        Fitting fitting = Fitting.of(message, Capabilities.NONE, Duration.ofSeconds(10));
        check(fitting.message() == null != (fitting.refusal() == null), "sent or refused");
        if (!fitting.encoded()) {
            return;
        }
        SevenBit again = new SevenBit();
        ByteBuf sent = Unpooled.buffer();
        while (sent.readableBytes() < fitting.message().size()) {
            ByteBuf piece = fitting.message().body().read(sent.readableBytes(), 512).toCompletableFuture().join();
            check(piece.isReadable(), "as long as was said");
            sent.writeBytes(piece);
            piece.release();
        }
        check(sent.readableBytes() == fitting.message().size(), "no longer than was said");
        again.look(sent);
        again.looked();
        check(!again.needed() && again.impossible() == null, "nothing is left to be encoded");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
