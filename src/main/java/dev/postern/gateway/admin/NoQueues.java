package dev.postern.gateway.admin;

import dev.postern.gateway.delivery.Queues;
import dev.postern.gateway.spool.Envelope;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Those of a spool that nothing delivers from. */
final class NoQueues implements Queues {
    @Override
    public List<Destination> destinations() {
        return List.of();
    }

    @Override
    public void flush(Predicate<String> domains) {
        // there is nothing that waits in memory
    }

    @Override
    public void wake(Predicate<String> domains) {
        // nor that rests
    }

    @Override
    public Set<Long> withdraw(Set<Long> mids) {
        return Set.of();
    }

    @Override
    public void enqueue(Envelope envelope) {
        // the next start of a gateway reads the spool
    }
}
