package dev.postern.gateway.admin;

import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool.SpoolException;
import dev.postern.gateway.spool.Spool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What one request does to each of its messages. One thread. */
final class MessageChange {
    private final QueueRequest request;
    private final String by;
    private final long now;
    private final Spool spool;
    private final Returns returns;
    private final MailLog log;

    MessageChange(QueueRequest request, String by, long now, Spool spool, Returns returns, MailLog log) {
        this.request = request;
        this.by = by;
        this.now = now;
        this.spool = spool;
        this.returns = returns;
        this.log = log;
    }

    /** Whether there is anything to do; counts why not. */
    boolean applies(Envelope e, Tally tally) {
        if (request.verb() == Verb.REROUTE && !request.whole() && e.recipients().stream().anyMatch(r -> r.state() == State.PENDING && !request.filter().concerns(r))) {
            tally.elsewhere();
            return false;
        }
        boolean already = switch (request.verb()) {
            case HOLD -> e.held();
            case RELEASE -> !e.held();
            case REROUTE -> Objects.equals(e.route(), request.route());
            case FLUSH -> e.held();
            default -> false;
        };
        if (already) {
            tally.unchanged();
        }
        return !already;
    }

    /**
     * Changes messages that are in no queue, and waits until that is on disk.
     *
     * @param putBack gets each that was changed, in its new form
     */
    void apply(List<Envelope> batch, Tally tally, Consumer<Envelope> putBack) throws InterruptedException {
        Map<Envelope, CompletionStage<?>> written = new LinkedHashMap<>();
        for (Envelope envelope : batch) {
            written.put(envelope, begin(envelope));
        }
        for (var entry : written.entrySet()) {
            long mid = entry.getKey().mid();
            try {
                Envelope changed = after(entry.getKey(), Waits.on(entry.getValue()), tally);
                if (changed == null) {
                    tally.gone();
                    putBack.accept(settled(entry.getKey()));   // which makes the queue forget it
                    continue;
                }
                tally.changed(1);
                tell(entry.getKey(), changed, tally);
                putBack.accept(changed);
            } catch (SpoolException e) {
                tally.failed(mid, e.getMessage());
            }
        }
    }

    /** The message as it is now; null where it was gone before. */
    private Envelope after(Envelope before, Object result, Tally tally) throws InterruptedException {
        if (!bounces()) {
            return (Envelope) result;
        }
        if (result != null) {
            tally.notified((Long) result);
        }
        Envelope left = Waits.on(spool.envelope(before.mid()));
        return left == null ? settled(before) : left;
    }

    private static Envelope settled(Envelope e) {
        return e.withRecipients(e.recipients().stream().map(r -> r.with(State.BOUNCED, r.attempts(), 0, r.lastStatus(), r.lastReply())).toList());
    }

    private boolean bounces() {
        return request.verb() == Verb.DELETE && request.bounce();
    }

    private CompletionStage<?> begin(Envelope envelope) throws InterruptedException {
        if (bounces()) {
            try {
                return returns.toSender(envelope, meant(envelope), request.text() == null ? QueueRequest.DELETED : request.text());
            } catch (SpoolException e) {
                return CompletableFuture.failedStage(e);
            }
        }
        return spool.amend(envelope.mid(), switch (request.verb()) {
            case HOLD -> e -> e.held(true);
            case RELEASE -> e -> e.held(false);
            case REROUTE -> e -> e.via(request.route());
            case FLUSH -> this::dueNow;
            default -> this::without;
        });
    }

    private Envelope dueNow(Envelope e) {
        return e.withRecipients(e.recipients().stream()
                .map(r -> r.state() == State.PENDING ? r.with(State.PENDING, r.attempts(), now, r.lastStatus(), r.lastReply()) : r).toList());
    }

    private Envelope without(Envelope e) {
        List<Integer> meant = meant(e);
        List<Recipient> recipients = new ArrayList<>(e.recipients());
        meant.forEach(rid -> recipients.set(rid, recipients.get(rid).with(State.BOUNCED, recipients.get(rid).attempts(), 0, recipients.get(rid).lastStatus(), "deleted by " + by)));
        return e.withRecipients(recipients);
    }

    /** Recipients that the filter means. */
    private List<Integer> meant(Envelope e) {
        return IntStream.range(0, e.recipients().size()).filter(rid -> e.recipients().get(rid).state() == State.PENDING)
                .filter(rid -> request.whole() || request.filter().concerns(e.recipients().get(rid))).boxed().toList();
    }

    private void tell(Envelope before, Envelope after, Tally tally) {
        List<Integer> rids = request.verb() == Verb.DELETE ? meant(before) : List.of();
        tally.recipients(rids.size());
        log.log(new MailEvent.QueueAction(before.mid(), switch (request.verb()) {
            case HOLD -> "held";
            case RELEASE -> "released";
            case REROUTE -> request.route() == null ? "routed as its destinations" : "rerouted to " + request.route();
            case FLUSH -> "flushed";
            default -> (request.bounce() ? "returned to sender, RID " : "deleted, RID ") + rids;
        }, by));
        if (request.verb() == Verb.DELETE && !after.pending()) {
            log.log(new MailEvent.MessageFinished(before.mid()));
        }
    }
}
