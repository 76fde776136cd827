package dev.postern.gateway.spool;

import static dev.postern.gateway.spool.Messages.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolConcurrencyTest {
    private static final int THREADS = 16;
    private static final int MESSAGES = 60;

    @TempDir
    Path folder;

    /** A body of its own for each message; every tenth has several chunks. */
    private static byte[] body(long mid) {
        return Messages.body(mid, (int) (mid % 10 == 0 ? 150_000 + mid : mid * 37 % 12_000));
    }

    private static Void session(Spool spool, Map<Long, Boolean> kept) throws Exception {
        for (var i = 0; i < MESSAGES; i++) {
            var incoming = spool.begin();
            var body = body(incoming.mid());
            for (var at = 0; at < body.length; at += 9_000) {
                await(incoming.append(Unpooled.copiedBuffer(body, at, Math.min(9_000, body.length - at))));
            }
            switch ((int) (incoming.mid() % 5)) {
                case 0 -> incoming.abort();
                case 1 -> {
                    await(incoming.commit(Messages.to("a@example.org")));
                    assertThat(Messages.read(spool, incoming.mid(), 0, body.length)).isEqualTo(body);
                    Messages.deliver(spool, incoming.mid());
                }
                default -> {
                    await(incoming.commit(Messages.to("a@example.org", "b@example.org")));
                    kept.put(incoming.mid(), true);
                }
            }
        }
        return null;
    }

    @Test
    void whatManySessionsCommitAtOnceIsAllThereAndOnlyThat() throws Exception {
        var kept = new ConcurrentHashMap<Long, Boolean>();
        try (var fixture = new SpoolFixture(folder)) {
            var sessions = new ArrayList<Callable<Void>>();
            for (var i = 0; i < THREADS; i++) {
                sessions.add(() -> session(fixture.spool, kept));
            }
            try (var threads = Executors.newFixedThreadPool(THREADS)) {
                for (var ended : threads.invokeAll(sessions)) {
                    ended.get();
                }
            }
            assertThat(fixture.spool.messages()).isEqualTo(kept.size());
            check(fixture.spool, kept);
        }
        try (var fixture = new SpoolFixture(folder)) {
            check(fixture.spool, kept);
            assertThat(fixture.spool.messages()).isEqualTo(kept.size());
            for (var mid : kept.keySet()) {
                Messages.deliver(fixture.spool, mid);
            }
            assertThat(fixture.spool.messages()).isZero();
            fixture.close();
            assertThat(fixture.buffersHeld()).isZero();
        }
    }

    private static void check(Spool spool, Map<Long, Boolean> kept) throws Exception {
        assertThat(Messages.pending(spool)).extracting(Envelope::mid).containsExactlyElementsOf(kept.keySet().stream().sorted().toList());
        for (var mid : kept.keySet()) {
            var body = body(mid);
            assertThat(Messages.read(spool, mid, 0, body.length + 1)).isEqualTo(body);
        }
    }
}
