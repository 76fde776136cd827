package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What waiting mail costs: bytes of each message and each destination, nanoseconds to enqueue, to give out and to settle. Prints; asserts only that all is given out. */
class SchedulerBench {
    private final AtomicLong now = new AtomicLong(1_700_000_000_000L);
    private final List<Entry> first = new ArrayList<>();
    private DomainQueue queue;

    @Test
    void memoryAndTime() throws Exception {
        for (int i = 0; i < 20; i++) {
            run(20_000, 1, false);   // warms up
        }
        for (int messages : new int[] {10_000, 100_000, 1_000_000}) {
            run(messages, 1, true);
        }
        destinations(100_000);
    }

    private Scheduler scheduler() {
        first.clear();
        DestinationPlan plan = DestinationPlan.of(Rig.CONTROL, List.of("x.test"), false, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), null,
                DestinationPlan.Limits.of(1, 100), List.of(), null);
        return new Scheduler(new DeliveryOptions(1, 100, Duration.ZERO, Timeouts.STANDARD), d -> plan, (launchedFor, entry) -> {
            queue = launchedFor;
            first.add(entry);
        }, () -> Instant.ofEpochMilli(now.get()), () -> Instant.ofEpochMilli(now.get()));
    }

    private Envelope envelope(long mid, String domain) {
        return new Envelope(mid, now.get(), "sender" + (char) ('a' + mid % 20) + "@s.test", 1, false, false, null, null, "",
                List.of(new Recipient("b@" + domain, State.PENDING, 0, now.get() - mid % 1000, null, null, null, null)));
    }

    private void run(int messages, int seed, boolean prints) throws Exception {
        Scheduler scheduler = scheduler();
        Envelope[] batch = new Envelope[messages];
        for (int i = 0; i < messages; i++) {
            batch[i] = envelope(i + seed, "x.test");
        }
        long before = prints ? used() : 0;
        long begin = cpu();
        for (Envelope envelope : batch) {
            scheduler.enqueue(envelope);
        }
        double enqueue = (double) (cpu() - begin) / messages;
        double bytes = prints ? (double) (used() - before) / messages : 0;
        begin = cpu();
        scheduler.upkeep().survey();
        double survey = (cpu() - begin) / 1e6;
        begin = cpu();
        scheduler.upkeep().withdraw(Set.of(-1L));
        double withdraw = (cpu() - begin) / 1e6;
        scheduler.start();
        List<Entry> given = new ArrayList<>(messages);
        given.add(first.getFirst());
        begin = cpu();
        for (Entry entry = first.getFirst(); entry != null; entry = scheduler.next(queue, Duration.ZERO, 1, null)) {
            given.add(entry);
            scheduler.done(entry.mid(), true);
        }
        double next = (double) (cpu() - begin) / messages;
        scheduler.stop();
        assertThat(given).hasSize(messages + 1);
        if (prints) {
            System.out.printf("%,d messages: %.1f bytes each, enqueue %.0f ns, next and settle %.0f ns, a survey %.1f ms, a withdrawal %.1f ms%n", messages, bytes, enqueue, next, survey, withdraw);
        }
        assertThat(batch).hasSize(messages);
    }

    private void destinations(int count) {
        Scheduler scheduler = scheduler();
        Envelope[] batch = new Envelope[count];
        for (int i = 0; i < count; i++) {
            batch[i] = envelope(i + 1, "some-destination-" + i + ".example");
        }
        long before = used();
        for (Envelope envelope : batch) {
            scheduler.enqueue(envelope);
        }
        System.out.printf("%,d destinations with a message each: %d bytes each%n", count, (used() - before) / count);
        assertThat(scheduler.upkeep().survey().destinations()).hasSize(count);
        assertThat(batch).hasSize(count);
    }

    /** Of this thread: what else runs on the machine does not count. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
