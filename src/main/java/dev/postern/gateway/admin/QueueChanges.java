package dev.postern.gateway.admin;

import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.delivery.Queues;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Changes messages that wait, some at a time. A message is taken out of its queue, changed on disk, and put back; one that is being delivered is left alone.
 * Batches of several requests follow each other: else the queue might get a form of a message that is outdated.
 */
final class QueueChanges {
    private final Spool spool;
    private final Queues queues;
    private final Returns returns;
    private final MailLog log;
    private final ReentrantLock lock = new ReentrantLock();

    /** @param queues null where nothing delivers */
    QueueChanges(Spool spool, Queues queues, Returns returns, MailLog log) {
        this.spool = spool;
        this.queues = queues;
        this.returns = returns;
        this.log = log;
    }

    /** @param now milliseconds since the epoch */
    QueueSummary run(QueueRequest request, String by, long now, QueueDesk.Answer answer) throws IOException, InterruptedException {
        if (request.verb() == Verb.FLUSH && queues != null && request.filter().isOfDestinations()) {
            return flush(request);
        }
        Tally tally = new Tally(request.dryRun());
        MessageChange change = new MessageChange(request, by, now, spool, returns, log);
        Selection selection = new Selection(spool, request.filter(), now);
        while (!selection.ended()) {
            // What the request itself brings into the queue, the notifications, is not meant.
            List<Envelope> batch = selection.next().stream().filter(e -> e.mid() < tally.firstNotification()).toList();
            tally.matched(batch.size());
            List<Envelope> eligible = batch.stream().filter(e -> change.applies(e, tally)).toList();
            if (request.dryRun()) {
                tally.changed(eligible.size());
            } else if (!eligible.isEmpty()) {
                apply(change, eligible, tally);
            }
            answer.line(QueueLine.progress(tally.changed()));   // so that it ends where nobody waits any more
        }
        return tally.summary();
    }

    private void apply(MessageChange change, List<Envelope> batch, Tally tally) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            // What came in is reported to the queue in the order of writes: behind one of ours all that was seen here is known to it.
            Waits.on(spool.amend(0, none -> none));
            Set<Long> mids = batch.stream().map(Envelope::mid).collect(Collectors.toSet());
            Set<Long> underWay = queues == null ? Set.of() : queues.withdraw(mids);
            tally.underWay(underWay);
            Set<Long> out = new HashSet<>(mids);
            out.removeAll(underWay);
            List<Envelope> mine = batch.stream().filter(e -> out.contains(e.mid())).toList();
            try {
                change.apply(mine, tally, envelope -> putBack(envelope, out));
            } finally {
                // What failed, as it was or as it is by now: whoever delivers it reads it again.
                mine.stream().filter(e -> out.contains(e.mid())).forEach(e -> putBack(e, out));
            }
        } finally {
            lock.unlock();
        }
    }

    private void putBack(Envelope envelope, Set<Long> out) {
        if (out.remove(envelope.mid()) && queues != null && envelope.pending()) {
            queues.enqueue(envelope);
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
