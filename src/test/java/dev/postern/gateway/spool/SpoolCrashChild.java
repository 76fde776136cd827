package dev.postern.gateway.spool;

import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.tls.MessageTls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Pours messages into a spool until it is killed. Prints {@code S mid} before a message begins to come in, {@code C mid} once it is
 * committed, {@code U mid} before it is delivered or bounced, {@code D mid} once that is written, {@code B mid} for the DSN of a bounce.
 */
final class SpoolCrashChild {
    /** What marks begin with where they go into a file. */
    static final String MARK = "mark of a child: ";
    private static final int SESSIONS = 20;
    private static volatile FileChannel marks;

    private SpoolCrashChild() {
    }

    static byte[] body(long mid) {
        return Messages.body(mid, (int) (mid % 17 == 0 ? 100_000 + mid * 31 % 100_000 : mid * 31 % 15_000));
    }

    static MessageTls tls(long mid) {
        return MessageTls.values()[(int) (mid % 3)];
    }

    /** The body of a DSN cannot follow from its MID, which nobody knows before. */
    static byte[] dsnBody() {
        return Messages.body(-1, 3_000);
    }

    /** @param args folder of the spool; a file for the marks, if they are to go there too */
    public static void main(String[] args) throws Exception {
        marks = args.length > 1 ? FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND) : null;
        // No try-with-resources: this ends by kill -9.
        var spool = RocksSpool.open(Path.of(args[0]), SpoolFixture.SMALL, e -> { }, d -> { }, new SimpleMeterRegistry());
        for (var i = 0; i < SESSIONS; i++) {
            Thread.ofPlatform().start(() -> session(spool));
        }
    }

    private static void say(String what, long mid) throws IOException {
        if (marks != null) {
            marks.write(ByteBuffer.wrap((MARK + what + " " + mid + "\n").getBytes(StandardCharsets.US_ASCII)));
        }
        // One write, so that a line is whole or missing its end.
        System.out.print(what + " " + mid + "\n");
    }

    private static void session(Spool spool) {
        try {
            while (true) {
                one(spool);
            }
        } catch (Exception e) {
            System.out.print("E " + e + "\n");
        }
    }

    private static void one(Spool spool) throws Exception {
        var incoming = spool.begin();
        var mid = incoming.mid();
        say("S", mid);
        var body = body(mid);
        for (var at = 0; at < body.length; at += 8_192) {
            Messages.await(incoming.append(Unpooled.copiedBuffer(body, at, Math.min(8_192, body.length - at))));
        }
        if (mid % 11 == 0) {
            incoming.abort();
            return;
        }
        var envelope = Messages.to("a@example.org").with(tls(mid));
        Messages.await(incoming.commit(envelope));
        say("C", mid);
        if (mid % 3 == 0) {
            say("U", mid);
            Messages.await(spool.update(mid, Map.of(0, Messages.delivered(envelope.recipients().getFirst()))));
            say("D", mid);
        } else if (mid % 7 == 0) {
            say("U", mid);
            var bounced = envelope.recipients().getFirst().with(State.BOUNCED, 1, 0, "5.1.1", "no such user");
            var dsn = Messages.await(spool.updateWithDsn(mid, Map.of(0, bounced), Messages.to("dsn-of-" + mid + "@example.org"), dsnBody()));
            say("D", mid);
            say("B", dsn);
        }
    }
}
