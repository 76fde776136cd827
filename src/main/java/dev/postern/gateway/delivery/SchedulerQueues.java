package dev.postern.gateway.delivery;

import dev.postern.gateway.spool.Envelope;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The scheduler's queues, as administrators see them. */
record SchedulerQueues(Scheduler scheduler) implements Queues {
    @Override
    public List<Destination> destinations() {
        return scheduler.destinations();
    }

    @Override
    public void flush(Predicate<String> domains) {
        scheduler.retryNow(domains);
    }

    @Override
    public void wake(Predicate<String> domains) {
        scheduler.wake(domains);
    }

    @Override
    public Set<Long> withdraw(Set<Long> mids) {
        return scheduler.withdraw(mids);
    }

    @Override
    public void enqueue(Envelope envelope) {
        scheduler.enqueue(envelope);
    }
}
