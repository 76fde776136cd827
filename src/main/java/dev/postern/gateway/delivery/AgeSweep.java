package dev.postern.gateway.delivery;

import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.util.List;

/**
 * Mail that nobody tries still grows old: where its lane rests or is suspended, what has come of age is bounced, and who asked for it is told of the delay. A thread looks through
 * all that waits at intervals, a few entries at a time.
 */
final class AgeSweep implements Runnable {
    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final int AT_ONCE = 100;
    private static final int WRITING = 64;

    private final Context context;

    AgeSweep(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks through all once. */
    void sweep() throws InterruptedException {
        int from = 0;
        do {
            Upkeep.AgedPage page = context.plan() == null ? new Upkeep.AgedPage(List.of(), 0) : context.scheduler().upkeep().aged(from, AT_ONCE);
            for (Upkeep.Aged aged : page.entries()) {
                try {
                    settle(aged);
                } catch (RuntimeException e) {
                    context.log().log(new MailEvent.Notice(MailEvent.Level.Critical, "MID " + aged.entry().mid() + " is too old, but could not be bounced: " + e));
                }
                while (context.settler().writing() > WRITING) {
                    Thread.sleep(10);
                }
            }
            from = page.next();
        } while (from > 0);
    }

    private void settle(Upkeep.Aged aged) throws InterruptedException {
        Entry entry = aged.entry();
        DomainQueue queue = aged.queue();
        ActivePlan active = context.plan();
        DestinationPlan plan = Destinations.find(active, queue.lane());
        Envelope envelope;
        try {
            envelope = Stages.await(context.spool().envelope(entry.mid()), Spool.SpoolException.class, e -> new Spool.SpoolException(e.toString(), false, e));
        } catch (Spool.SpoolException e) {
            context.scheduler().putBack(queue.lane(), entry, entry.rids(), context.clock().millis() + plan.retry().initialSeconds() * 1000);
            throw e;
        }
        List<Integer> rids = envelope == null || envelope.held() ? List.of()
                : DomainWorker.rids(entry).stream().filter(rid -> envelope.recipients().get(rid).state() == Envelope.State.PENDING).toList();
        if (rids.isEmpty()) {
            context.scheduler().done(entry.mid(), envelope == null);
        } else if (aged.expired()) {
            context.settler().expired(envelope, rids, aged.reason(), active.plan().settings());
        } else {
            context.settler().delayed(queue, envelope, rids, aged.reason(), plan, active.plan().settings());
        }
    }
}
