package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
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
    /** Of the original, at most this goes back with a DSN. */
    static final int RETURNED = 64 * 1024;
    private static final int WRITE_ATTEMPTS = 10;
    private static final Duration WRITE_PAUSE = Duration.ofSeconds(5);

    private final Spool spool;
    private final Scheduler scheduler;
    private final MailLog log;
    private final DeliveryMetrics metrics;
    private final InstantSource clock;
    private final AtomicInteger writing = new AtomicInteger();

    Settler(Spool spool, Scheduler scheduler, MailLog log, DeliveryMetrics metrics, InstantSource clock) {
        this.spool = spool;
        this.scheduler = scheduler;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
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
        boolean requireTls = envelope.tls() == MessageTls.REQUIRED;   // then never more than the headers: RFC 8689 section 5
        boolean failed = result.reports.stream().anyMatch(r -> r.action() == Dsn.Action.failed);   // RET is for these alone: RFC 3461 section 4.3
        boolean full = failed && "FULL".equalsIgnoreCase(envelope.ret()) && envelope.size() <= RETURNED && !requireTls;
        byte[] returned = original(envelope, full);
        Dsn.Composed dsn = Dsn.compose(envelope, result.reports, returned, full, settings.hostname(), Instant.ofEpochMilli(now), UUID.randomUUID().toString());
        Envelope bounce = new Envelope(0, now, "", dsn.body().length, dsn.eightBit(), dsn.smtpUtf8(), null, null, "",
                List.of(new Recipient(envelope.sender(), Envelope.State.PENDING, 0, now, null, null, null, null))).with(requireTls ? MessageTls.REQUIRED : MessageTls.DESTINATION);
        CompletionStage<Long> written = write(() -> spool.updateWithDsn(envelope.mid(), result.updates, bounce, dsn.body()));
        return written.whenComplete((mid, error) -> {
            if (error == null) {
                log.log(new MailEvent.BounceQueued(mid, envelope.mid()));   // the spool's onCommitted brings it here
                if (bounce.tls().demand() != null) {
                    log.log(new MailEvent.TlsDemand(mid, bounce.tls().demand()));
                }
            }
        });
    }

    /** The headers of the message or, where wanted, all of it; a note where it cannot be read. */
    private byte[] original(Envelope envelope, boolean full) throws InterruptedException {
        int length = (int) Math.min(RETURNED, envelope.size());
        if (length == 0) {
            return new byte[0];
        }
        try {
            ByteBuf head = Stages.await(spool.read(envelope.mid(), 0, length), Spool.SpoolException.class, e -> new Spool.SpoolException(e.toString(), false, e));
            try {
                byte[] bytes = ByteBufUtil.getBytes(head);
                return full ? bytes : headers(bytes);
            } finally {
                head.release();
            }
        } catch (Spool.SpoolException e) {
            log.log(new MailEvent.Notice(MailEvent.Level.Critical, "MID " + envelope.mid() + " cannot be read for its bounce: " + e.getMessage()));
            String id = envelope.origin().messageId();
            return id == null || id.isEmpty() ? new byte[0] : ("Message-ID: <" + Dsn.plain(id) + ">\r\n").getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** Up to the empty line, or to the last whole line where none is in sight. */
    static byte[] headers(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        if (end == 1) {
            end = text.lastIndexOf("\r\n") + 2;
        }
        return text.substring(0, end == 1 ? 0 : end).getBytes(StandardCharsets.ISO_8859_1);
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
