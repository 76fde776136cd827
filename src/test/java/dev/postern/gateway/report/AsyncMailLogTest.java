package dev.postern.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsyncMailLogTest {
    private static final Instant AT = Instant.parse("2005-07-20T19:47:40Z");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MailFormat format = new TextFormat(ZoneOffset.UTC);

    @Test
    void writesEverythingInOrderBeforeItCloses() {
        var out = new ByteArrayOutputStream();
        try (var log = log(out, 100_000)) {
            for (int i = 0; i < 50_000; i++) {
                log.log(new MailEvent.InboundClosed(i));
            }
        }
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(50_000);
        assertThat(lines.getFirst()).isEqualTo("Wed Jul 20 19:47:40 2005 Info: ICID 0 close");
        assertThat(lines.getLast()).isEqualTo("Wed Jul 20 19:47:40 2005 Info: ICID 49999 close");
        assertThat(dropped()).isZero();
    }

    @Test
    void losesNothingFromManyThreads() throws InterruptedException {
        var out = new ByteArrayOutputStream();
        try (var log = log(out, 100_000)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        log.log(new MailEvent.InboundClosed(i));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(40_000);
    }

    @Test
    void dropsAndCountsWhenTheStreamIsStuckAndSaysSoAfterwards() {
        var stuck = new StuckStream();
        try (var log = log(stuck, 10)) {
            log.log(new MailEvent.InboundClosed(1));
            await().until(() -> stuck.waiting);
            for (int i = 0; i < 25; i++) {
                log.log(new MailEvent.InboundClosed(100 + i));
            }
            assertThat(dropped()).isEqualTo(15);
            stuck.release.countDown();
        }
        assertThat(stuck.out.toString(StandardCharsets.UTF_8).lines()).hasSize(12)
                .anyMatch(line -> line.endsWith("Warning: 15 lines of this log were dropped, as they came faster than they could be written"));
    }

    @Test
    void goesOnWhenTheStreamComesBack() {
        var broken = new BrokenStream();
        try (var log = log(broken, 10)) {
            log.log(new MailEvent.InboundClosed(1));
            await().until(() -> dropped() == 1);
            broken.works = true;
            log.log(new MailEvent.InboundClosed(2));
        }
        assertThat(broken.out.toString(StandardCharsets.UTF_8)).contains("1 lines of this log were dropped").contains("ICID 2 close").doesNotContain("ICID 1 close");
    }

    @Test
    void takesTheFormatThatIsAskedForNow() {
        var out = new ByteArrayOutputStream();
        try (var log = new AsyncMailLog(out, JsonFormat::new, 10, () -> AT, meters)) {
            log.log(new MailEvent.InboundClosed(1));
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("{\"time\"").endsWith("}\n");
    }

    @Test
    void whatComesAfterTheEndIsCounted() {
        var log = log(new ByteArrayOutputStream(), 10);
        log.close();
        log.log(new MailEvent.InboundClosed(1));
        assertThat(dropped()).isEqualTo(1);
    }

    private AsyncMailLog log(OutputStream out, int capacity) {
        return new AsyncMailLog(out, () -> format, capacity, () -> AT, meters);
    }

    private double dropped() {
        return meters.get("postern.log.dropped").counter().count();
    }

    private static final class StuckStream extends OutputStream {
        private final CountDownLatch release = new CountDownLatch(1);
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private volatile boolean waiting;

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            waiting = true;
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            out.write(bytes);
        }
    }

    private static final class BrokenStream extends OutputStream {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private volatile boolean works;

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            if (!works) {
                throw new IOException("Broken pipe");
            }
            out.write(bytes);
        }
    }
}
