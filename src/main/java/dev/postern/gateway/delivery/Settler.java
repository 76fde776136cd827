package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Writes down what became of recipients, tells the log, the metrics and the sender, and puts back what waits. A write that fails
 * is tried again for a while: until it is done, a restart would deliver a second time.
 */
final class Settler {
    private static final int WRITE_ATTEMPTS = 10;
    private static final Duration WRITE_PAUSE = Duration.ofSeconds(5);

    private final Spool spool;
    private final Scheduler scheduler;
    private final MailLog log;
    private final DeliveryMetrics metrics;
    private final InstantSource clock;
    private final Notifier notifier;
    private final AtomicInteger writing = new AtomicInteger();

    Settler(Spool spool, Scheduler scheduler, MailLog log, DeliveryMetrics metrics, InstantSource clock) {
        this.spool = spool;
        this.scheduler = scheduler;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
        notifier = new Notifier(spool, log);
    }

    /** Writes under way. */
    int writing() {
        return writing.get();
    }

    /**
     * Settles one attempt. Waits only where a DSN needs the original's headers.
     *
     * @param dcid     of the connection, or 0
     * @param outcomes by RID
     */
    void settle(DomainQueue queue, Envelope envelope, Map<Integer, Outcome> outcomes, long dcid, DestinationPlan plan, Settings settings) throws InterruptedException {
        long now = clock.millis();
        Settlement result = Settlement.of(envelope, outcomes, plan.retry(), now, ThreadLocalRandom.current().nextDouble());
        tell(result, envelope, dcid, now);
        result.delayed.forEach((group, rids) -> scheduler.requeue(queue.lane(), envelope, rids, group.next()));
        if (!result.again.isEmpty()) {
            scheduler.requeue(queue.lane(), envelope, result.again, now);
        }
        write(envelope, result, settings, now);
    }

    /** Tells the senders who asked for it that their mail is delayed, where nothing was tried; then it waits as before. */
    void delayed(DomainQueue queue, Envelope envelope, List<Integer> rids, Outcome reason, DestinationPlan plan, Settings settings) throws InterruptedException {
        long now = clock.millis();
        Settlement result = Settlement.delayed(envelope, rids, reason, plan.retry());
        Map<Long, List<Integer>> byDue = rids.stream().collect(Collectors.groupingBy(rid -> result.updates.get(rid).nextAttempt()));
        byDue.forEach((due, some) -> scheduler.requeue(queue.lane(), envelope, some, due));
        write(envelope, result, settings, now);
    }

    /** Gives up what is too old and was not tried now. */
    void expired(Envelope envelope, List<Integer> rids, Outcome reason, Settings settings) throws InterruptedException {
        long now = clock.millis();
        Settlement result = Settlement.expired(envelope, rids, reason);
        tell(result, envelope, 0, now);
        write(envelope, result, settings, now);
    }

    /** Writes it, and lets the message go: until that is done, nobody else may have it, as on disk it still waits. */
    private void write(Envelope envelope, Settlement result, Settings settings, long now) throws InterruptedException {
        long mid = envelope.mid();
        if (result.updates.isEmpty()) {
            scheduler.done(mid, false);
            return;
        }
        CompletionStage<Boolean> gone;
        try {
            gone = result.reports.isEmpty() ? write(() -> spool.update(mid, result.updates))
                    : notifySender(envelope, result, settings, now).thenCompose(dsn -> spool.envelope(mid).handle((left, error) -> error == null && left == null));
        } catch (InterruptedException e) {
            Map<Integer, Recipient> delivered = new TreeMap<>(result.updates);
            delivered.keySet().retainAll(result.delivered);
            write(() -> spool.update(mid, delivered));   // the rest bounces after the next start; this must not be sent again
            throw e;
        }
        gone.whenComplete((last, error) -> {
            if (error == null && scheduler.done(mid, last)) {
                log.log(new MailEvent.MessageFinished(mid));
            }
        });
    }

    private void tell(Settlement result, Envelope envelope, long dcid, long now) {
        long mid = envelope.mid();
        if (!result.delivered.isEmpty()) {
            log.log(new MailEvent.DeliveryDone(dcid, mid, result.delivered, result.response));
            metrics.message("delivered");
            metrics.delivered(now - envelope.receivedAt());
        }
        result.delayed.forEach((group, rids) ->
                log.log(new MailEvent.DeliveryDelayed(dcid, mid, rids, group.status(), group.text(), Instant.ofEpochMilli(group.next()).toString())));
        result.bounced.forEach((group, rids) -> log.log(new MailEvent.DeliveryBounced(dcid, mid, rids, group.status(), group.text())));
        if (!result.delayed.isEmpty()) {
            metrics.message("delayed");
        }
        if (!result.bounced.isEmpty()) {
            metrics.message("bounced");
        }
    }

    private CompletionStage<Long> notifySender(Envelope envelope, Settlement result, Settings settings, long now) throws InterruptedException {
        Notifier.Notification notification = notifier.compose(envelope, result.reports, settings, now);
        CompletionStage<Long> written = write(() -> spool.updateWithDsn(envelope.mid(), result.updates, notification.envelope(), notification.body()));
        return written.whenComplete((mid, error) -> {
            if (error == null) {
                notifier.tell(mid, notification, envelope.mid());
            }
        });
    }

    private <T> CompletionStage<T> write(Supplier<CompletionStage<T>> write) {
        writing.incrementAndGet();
        CompletableFuture<T> done = new CompletableFuture<>();
        attempt(write, done, 1);
        return done.whenComplete((ok, error) -> writing.decrementAndGet());
    }

    private <T> void attempt(Supplier<CompletionStage<T>> write, CompletableFuture<T> done, int attempt) {
        write.get().whenComplete((value, error) -> {
            if (error == null) {
                done.complete(value);
            } else if (attempt == WRITE_ATTEMPTS || !scheduler.running()) {
                log.log(new MailEvent.Notice(MailEvent.Level.Critical, "what became of a message could not be written, and it may be delivered again after a restart: "
                        + Stages.cause(error).getMessage()));
                done.completeExceptionally(error);
            } else {
                CompletableFuture.delayedExecutor(WRITE_PAUSE.toMillis(), TimeUnit.MILLISECONDS).execute(() -> attempt(write, done, attempt + 1));
            }
        });
    }
}
