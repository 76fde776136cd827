package dev.postern.gateway.admin;

import dev.postern.gateway.delivery.Domains;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.tls.MessageTls;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Counts what waits for each destination in a spool that nothing delivers from. Memory goes with the number of destinations. One thread. */
final class StandingDestinations {
    private final long now;
    private final Map<String, Count> counts = new TreeMap<>();

    private static final class Count {
        private final String domain;
        private final String route;
        private final MessageTls tls;
        private int due;
        private int later;
        private int held;
        private long oldest = Long.MAX_VALUE;
        private long next = Long.MAX_VALUE;
        private String failure;
        private long mid;

        Count(String domain, String route, MessageTls tls) {
            this.domain = domain;
            this.route = route;
            this.tls = tls;
        }
    }

    /** @param now milliseconds since the epoch */
    StandingDestinations(long now) {
        this.now = now;
    }

    List<QueuedDestination> of(Spool spool, Filter filter) throws InterruptedException {
        Selection all = new Selection(spool, filter, now, Long.MAX_VALUE);
        while (!all.ended()) {
            all.next().forEach(envelope -> envelope.recipients().stream().filter(filter::concerns).forEach(recipient -> count(envelope, recipient)));
        }
        return counts.values().stream().map(c -> new QueuedDestination(c.domain, c.route, QueuedDestination.demand(c.tls), c.due, c.later, null, null, c.held,
                QueuedDestination.time(c.oldest), c.due > 0 ? null : QueuedDestination.time(c.next), false, c.failure)).toList();
    }

    private void count(Envelope envelope, Envelope.Recipient recipient) {
        String domain = Domains.ascii(recipient.domain());
        Count count = counts.computeIfAbsent(domain + " " + Objects.requireNonNullElse(envelope.route(), "") + " " + envelope.tls(),
                key -> new Count(domain, envelope.route(), envelope.tls()));
        count.oldest = Math.min(count.oldest, envelope.receivedAt());
        count.failure = recipient.lastReply() == null ? count.failure : recipient.lastReply();
        if (count.mid == envelope.mid()) {
            return;   // its recipients travel together
        }
        count.mid = envelope.mid();
        if (envelope.held()) {
            count.held++;
        } else if (recipient.nextAttempt() <= now) {
            count.due++;
        } else {
            count.later++;
            count.next = Math.min(count.next, recipient.nextAttempt());
        }
    }
}
