package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client costs that sends a little and then waits. Ten thousand of them, the limit of a listener, must fit into a small pod. */
class SessionMemoryTest {
    private static final int CLIENTS = 1500;

    /** Heap in use after a collection, and buffers outside of it, in octets. */
    private static long used() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed() + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    /** The figure has both ends of each connection in it, and buffers by the chunk. */
    @ParameterizedTest
    @CsvSource({"half a command,'EHL',8", "half a message,'EHLO x|MAIL FROM:<a@b.c>|RCPT TO:<b@example.com>|DATA|Subject: x|and no ',12",
        "half a chunk,'EHLO x|MAIL FROM:<a@b.c>|RCPT TO:<b@example.com>|BDAT 5000000|Subject: x|and no ',12",
        "much and then little,'EHLO x|MAIL FROM:<a@b.c>|RCPT TO:<b@example.com>|DATA|#.|NOO',8"})
    void anIdleClientCostsAFewKilobytes(String what, String sent, int kilobytes) {
        SmtpLimits l = ServerFixture.LIMITS;
        SmtpLimits many = new SmtpLimits(l.command(), l.dataBlock(), l.hostName(), l.handshake(), l.rejected(), l.linger(), l.maxErrors(), 2 * CLIENTS);
        try (var fixture = new ServerFixture(p -> p.maxConnections = CLIENTS, many, ServerFixture.LOOPS)) {
            String octets = sent.replace("|", "\r\n").replace("#", ("y".repeat(98) + "\r\n").repeat(200));
            long before = used();
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(fixture.client().send(octets));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> fixture.server.connections() == CLIENTS);
            if (sent.contains("RCPT")) {
                await().atMost(Duration.ofSeconds(20)).until(() -> fixture.spool.begun.get() == CLIENTS);
            }
            if (sent.contains("#")) {
                await().atMost(Duration.ofSeconds(20)).until(() -> fixture.spool.messages.size() == CLIENTS);
                fixture.spool.messages.clear();
            }
            fixture.log.clear();
            long each = (used() - before) / CLIENTS;
            assertThat(each).as("octets a client that sent %s", what).isLessThan(kilobytes * 1024L);
            clients.forEach(RawClient::close);
        }
    }
}
