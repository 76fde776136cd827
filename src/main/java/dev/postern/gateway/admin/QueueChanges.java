package dev.postern.gateway.admin;

import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.delivery.Domains;
import dev.postern.gateway.delivery.Queues;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Changes messages that wait, some at a time. A message is taken out of its queue, changed on disk, and put back; one that is being delivered is left alone.
 * Batches of several requests follow each other: else the queue might get a form of a message that is outdated.
 */
final class QueueChanges {
    /** Messages changed at a time: the queue is gone through once for each such batch, so that many must not be few at a time. */
    private static final int BATCH = 4_096;
    /** Recipients of a batch, about: what is in memory goes with them. */
    private static final int RECIPIENTS = 50_000;

    private final Spool spool;
    private final Queues queues;
    private final boolean running;
    private final Returns returns;
    private final MailLog log;
    private final ReentrantLock lock = new ReentrantLock();

    /** @param queues null where nothing delivers */
    QueueChanges(Spool spool, Queues queues, Returns returns, MailLog log) {
        this.spool = spool;
        this.queues = queues == null ? new NoQueues() : queues;
        running = queues != null;
        this.returns = returns;
        this.log = log;
    }

    /** @param now milliseconds since the epoch */
    QueueSummary run(QueueRequest request, String by, long now, QueueDesk.Answer answer) throws IOException, InterruptedException {
        if (request.verb() == Verb.FLUSH && running && request.filter().isOfDestinations()) {
            return flush(request);
        }
        Tally tally = new Tally(request.dryRun());
        MessageChange change = new MessageChange(request, by, now, spool, returns, log);
        Selection selection = new Selection(spool, request.filter(), now, now);
        List<Envelope> batch = new ArrayList<>();
        while (!selection.ended()) {
            // What the request itself brings into the queue, the notifications, is not meant.
            List<Envelope> some = selection.next().stream().filter(e -> e.mid() < tally.firstNotification()).toList();
            tally.matched(some.size());
            some.stream().filter(e -> change.applies(e, tally)).forEach(batch::add);
            if (selection.ended() || batch.size() >= BATCH || batch.stream().mapToInt(e -> e.recipients().size()).sum() >= RECIPIENTS) {
                apply(change, batch, request, tally);
                batch.clear();
            }
            answer.line(QueueLine.progress(tally.changed()));   // so that it ends where nobody waits any more
        }
        return tally.summary();
    }

    private void apply(MessageChange change, List<Envelope> batch, QueueRequest request, Tally tally) throws InterruptedException {
        if (request.dryRun() || batch.isEmpty()) {
            tally.changed(batch.size());
            return;
        }
        lock.lockInterruptibly();
        try {
            // What came in is reported to the queue in the order of writes: behind one of ours all that was seen here is known to it.
            Waits.on(spool.amend(0, none -> none));
            Set<Long> mids = batch.stream().map(Envelope::mid).collect(Collectors.toSet());
            Set<Long> underWay = queues.withdraw(mids);
            tally.underWay(underWay);
            Map<Long, Envelope> out = new LinkedHashMap<>();
            batch.stream().filter(e -> !underWay.contains(e.mid())).forEach(e -> out.put(e.mid(), e));
            try {
                change.apply(List.copyOf(out.values()), tally, envelope -> {
                    out.remove(envelope.mid());
                    queues.enqueue(envelope);
                });
            } finally {
                out.values().forEach(queues::enqueue);   // what failed, as it was: whoever delivers it reads how it is by then
            }
            if (request.verb() == Verb.FLUSH) {
                Set<String> domains = batch.stream().flatMap(e -> e.recipients().stream()).map(r -> Domains.ascii(r.domain())).collect(Collectors.toSet());
                queues.wake(domains::contains);
            }
        } finally {
            lock.unlock();
        }
    }

    private QueueSummary flush(QueueRequest request) {
        List<Queues.Destination> meant = queues.destinations().stream().filter(d -> request.filter().concerns(d.domain())).toList();
        if (!request.dryRun()) {
            queues.flush(request.filter()::concerns);
        }
        long waiting = meant.stream().mapToLong(d -> d.due() + d.later()).sum();
        return new QueueSummary(waiting, waiting, 0, 0, 0, List.of(), 0, 0, 0, null, meant.stream().map(Queues.Destination::domain).distinct().count(), request.dryRun());
    }
}
