package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scheduler beside a plain model of it, under random operations: nothing is lost, nothing is given out twice, a sender's mail goes in order, limits hold. */
class SchedulerModelTest {
    private static final int CONNECTIONS = 6;
    private static final int LIMIT = 3;
    private static final String[] DOMAINS = {"a.test", "b.test", "c.test", "d.test"};

    private final AtomicLong now = new AtomicLong(1_000_000_000);
    private final Set<String> suspended = new HashSet<>();
    private final Queue<Job> launched = new ConcurrentLinkedQueue<>();
    private final Scheduler scheduler = new Scheduler(new DeliveryOptions(CONNECTIONS, 2, Duration.ZERO, Timeouts.STANDARD), this::plan,
            (queue, entry) -> launched.add(new Job(queue, entry)), () -> Instant.ofEpochMilli(now.get()), () -> Instant.ofEpochMilli(now.get()));
    private final Map<Long, Envelope> envelopes = new HashMap<>();
    /** Where each recipient that waits is due, by message and RID. */
    private final Map<Long, Map<Integer, Long>> waiting = new TreeMap<>();
    private final Map<Long, Map<Integer, Long>> withdrawn = new TreeMap<>();
    private final List<Job> underWay = new ArrayList<>();
    private long mids;
    private int settled;
    private Random random;

    /** A worker with what it tries. */
    private static final class Job {
        private final DomainQueue queue;
        private Entry entry;
        private boolean open;
        private int served;

        Job(DomainQueue queue, Entry entry) {
            this.queue = queue;
            this.entry = entry;
        }
    }

    private DestinationPlan plan(String domain) {
        return new DestinationPlan(Rig.CONTROL, List.of(domain), false, DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), null,
                DestinationPlan.Limits.of(LIMIT, 100), DestinationPlan.Retry.STANDARD, suspended.contains(domain), List.of(), null);
    }

    @AfterEach
    void stop() {
        scheduler.stop();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nothingIsLostAndNothingIsTriedTwiceAtATime(long seed) throws Exception {
        random = new Random(seed);
        scheduler.start();
        for (int step = 0; step < 1500; step++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> enqueue();
                case 4, 5, 6 -> deliver();
                case 7 -> retry();
                case 8 -> fail();
                case 9 -> withdraw();
                case 10 -> suspend();
                default -> tick(random.nextInt(200_000));
            }
            takeLaunched();
            assertThat(underWay).hasSizeLessThanOrEqualTo(CONNECTIONS);
        }
        drain();
        assertThat(settled).isEqualTo(envelopes.values().stream().mapToInt(e -> e.recipients().size()).sum());
        assertThat(scheduler.upkeep().survey().destinations()).isEmpty();
    }

    private void enqueue() {
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            long due = now.get() + (random.nextBoolean() ? -random.nextInt(1000) : random.nextInt(500_000));
            recipients.add(new Recipient("r@" + DOMAINS[random.nextInt(DOMAINS.length)], State.PENDING, 0, due, null, null, null, null));
        }
        Envelope envelope = new Envelope(++mids, now.get(), (char) ('s' + random.nextInt(3)) + "@s.test", 1, false, false, null, null, "", recipients);
        envelopes.put(mids, envelope);
        Map<Integer, Long> dues = new HashMap<>();
        for (int rid = 0; rid < recipients.size(); rid++) {
            dues.put(rid, recipients.get(rid).nextAttempt());
        }
        waiting.put(mids, dues);
        scheduler.enqueue(envelope);
    }

    private Job any() {
        return underWay.isEmpty() ? null : underWay.get(random.nextInt(underWay.size()));
    }

    private void deliver() throws InterruptedException {
        Job job = any();
        if (job != null) {
            if (!job.open) {
                job.open = true;
                scheduler.feedback().opened(job.queue);
                takeLaunched();
            }
            long mid = job.entry.mid();
            settled += job.entry.rids().length;
            boolean last = !waiting.containsKey(mid) && underWay.stream().filter(j -> j.entry.mid() == mid).count() == 1;
            assertThat(scheduler.done(mid, last)).isEqualTo(last);
            goOn(job);
        }
    }

    private void retry() throws InterruptedException {
        Job job = any();
        if (job != null) {
            putBack(job, now.get() + random.nextInt(400_000));
            goOn(job);
        }
    }

    private void putBack(Job job, long due) {
        Map<Integer, Long> dues = waiting.computeIfAbsent(job.entry.mid(), m -> new HashMap<>());
        List<Integer> rids = DomainWorker.rids(job.entry);
        rids.forEach(rid -> dues.put(rid, due));
        underWay.remove(job);
        scheduler.requeue(job.queue.lane(), envelopes.get(job.entry.mid()), rids, due);
        scheduler.done(job.entry.mid(), false);
        takeLaunched();
        underWay.add(job);
    }

    private void goOn(Job job) throws InterruptedException {
        underWay.remove(job);
        Entry next = scheduler.next(job.queue, Duration.ZERO, ++job.served, null);
        if (next != null) {
            job.entry = next;
            given(job);
        } else {
            end(job);
        }
    }

    private void end(Job job) {
        underWay.remove(job);
        if (job.open) {
            scheduler.feedback().closed(job.queue);
        }
        scheduler.finished(job.queue);
    }

    private void fail() {
        Job job = any();
        if (job == null || job.open) {
            return;
        }
        int failures = scheduler.feedback().failed(job.queue);
        if (failures > 0) {
            scheduler.feedback().rest(job.queue, 60_000L * failures, Outcome.retry("4.4.1", "no host", null));
        }
        putBack(job, failures > 0 ? now.get() + 60_000 : now.get());
        end(job);
    }

    private void withdraw() {
        if (random.nextBoolean() && !withdrawn.isEmpty()) {
            withdrawn.forEach((mid, dues) -> {
                waiting.put(mid, dues);
                List<Recipient> recipients = new ArrayList<>(envelopes.get(mid).recipients());
                for (int rid = 0; rid < recipients.size(); rid++) {
                    Recipient r = recipients.get(rid);
                    recipients.set(rid, r.with(dues.containsKey(rid) ? State.PENDING : State.DELIVERED, 0, dues.getOrDefault(rid, 0L), null, null));
                }
                Envelope now = envelopes.get(mid).withRecipients(recipients);
                scheduler.bringBack(now);
                scheduler.bringBack(now);   // once is enough
                takeLaunched();
            });
            withdrawn.clear();
            return;
        }
        Set<Long> mids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            mids.add(1 + random.nextLong(this.mids + 1));
        }
        mids.removeAll(withdrawn.keySet());
        Set<Long> busy = scheduler.upkeep().withdraw(mids);
        assertThat(busy).isEqualTo(new HashSet<>(mids.stream().filter(mid -> underWay.stream().anyMatch(j -> j.entry.mid() == mid)).toList()));
        mids.stream().filter(mid -> !busy.contains(mid) && waiting.containsKey(mid)).forEach(mid -> withdrawn.put(mid, waiting.remove(mid)));
    }

    private void suspend() {
        String domain = DOMAINS[random.nextInt(DOMAINS.length)];
        if (!suspended.remove(domain)) {
            suspended.add(domain);
        }
        scheduler.retryNow(d -> false);
    }

    private void tick(long millis) {
        now.addAndGet(millis);
        scheduler.retryNow(d -> false);
    }

    private void takeLaunched() {
        for (Job job = launched.poll(); job != null; job = launched.poll()) {
            given(job);
        }
    }

    /** It is what its sender waited for longest there, it was waiting, and the limits leave room for it. */
    private void given(Job job) {
        String sender = envelopes.get(job.entry.mid()).sender();
        String domain = job.queue.domain();
        assertThat(suspended).doesNotContain(domain);
        long first = waiting.entrySet().stream().filter(w -> Senders.ring(envelopes.get(w.getKey()).sender()) == Senders.ring(sender))
                .flatMap(w -> w.getValue().entrySet().stream().filter(d -> envelopes.get(w.getKey()).recipients().get(d.getKey()).domain().equals(domain)))
                .mapToLong(Map.Entry::getValue).min().orElseThrow();
        Map<Integer, Long> dues = waiting.get(job.entry.mid());
        for (int rid : job.entry.rids()) {
            assertThat(dues).as("MID %d RID %d waits", job.entry.mid(), rid).containsKey(rid);
            assertThat(dues.remove(rid)).isEqualTo(first).isLessThanOrEqualTo(now.get());
        }
        if (dues.isEmpty()) {
            waiting.remove(job.entry.mid());
        }
        underWay.add(job);
        assertThat(underWay.stream().filter(j -> j.queue.domain().equals(domain))).hasSizeLessThanOrEqualTo(LIMIT);
    }

    private void drain() throws InterruptedException {
        suspended.clear();
        while (!withdrawn.isEmpty()) {
            withdraw();
        }
        for (int i = 0; i < 1_000_000 && !(waiting.isEmpty() && underWay.isEmpty()); i++) {
            takeLaunched();
            if (underWay.isEmpty()) {
                tick(400_000);
            } else {
                deliver();
            }
        }
        assertThat(waiting).isEmpty();
    }
}
