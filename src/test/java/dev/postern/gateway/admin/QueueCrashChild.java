package dev.postern.gateway.admin;

import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Puts messages into a spool and changes them until it is killed; prints what was reported as done. */
final class QueueCrashChild {
    private QueueCrashChild() {
    }

    public static void main(String[] args) throws Exception {
        // No try-with-resources: this ends by kill -9.
        var spool = RocksSpool.open(Path.of(args[0]), SpoolOptions.DEFAULTS, e -> { }, d -> { }, new SimpleMeterRegistry());
        var desk = new QueueDesk(spool, null, Returns.ofStanding(spool, e -> { }, InstantSource.system(), "gateway.test"), e -> { }, InstantSource.system());
        while (true) {
            var incoming = spool.begin();
            incoming.append(Unpooled.copiedBuffer("Subject: x\r\n\r\n".getBytes())).toCompletableFuture().get();
            incoming.commit(new Envelope(0, System.currentTimeMillis(), "a@sender.test", 0, false, false, null, null, "public",
                    List.of(new Envelope.Recipient("b@partner.test", Envelope.State.PENDING, 0, 0, null, null, null, null)))).toCompletableFuture().get();
            long mid = incoming.mid();
            QueueRequest request = switch ((int) (mid % 3)) {
                case 0 -> QueueRequest.of(Verb.HOLD, Filter.of(mid));
                case 1 -> QueueRequest.of(Verb.REROUTE, Filter.of(mid)).via("relay.test:2525");
                default -> QueueRequest.of(Verb.DELETE, Filter.of(mid));
            };
            desk.handle(request, "root", line -> {
                if (line.last()) {
                    // One write, so that a line is whole or missing its end.
                    System.out.print(request.verb() + " " + mid + " " + line.summary().changed() + "\n");
                }
            });
        }
    }
}
