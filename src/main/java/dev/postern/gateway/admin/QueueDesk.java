package dev.postern.gateway.admin;

import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.delivery.Domains;
import dev.postern.gateway.delivery.Queues;
import dev.postern.gateway.delivery.Returns;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/**
 * Does what is asked of a queue: that of a running gateway, or one that stands still. Waits for the spool, so it is for virtual threads; any number of them.
 */
public final class QueueDesk {
    /** Takes the lines of an answer; may wait for who reads it. Where it fails, nothing more is done. */
    @FunctionalInterface
    public interface Answer {
        void line(QueueLine line) throws IOException;
    }

    private final Spool spool;
    private final Queues queues;
    private final QueueChanges changes;
    private final InstantSource clock;

    /** @param queues of the gateway that delivers, or null where none does */
    public QueueDesk(Spool spool, Queues queues, Returns returns, MailLog log, InstantSource clock) {
        this.spool = spool;
        this.queues = queues;
        this.clock = clock;
        changes = new QueueChanges(spool, queues, returns, log);
    }

    /**
     * Does it, and says what it came to; the last line is a summary or an error.
     *
     * @param by who asks
     * @throws IOException where the answer could not be given; changes that were begun are whole
     */
    public void handle(QueueRequest request, String by, Answer answer) throws IOException, InterruptedException {
        try {
            answer.line(QueueLine.of(done(request, by, answer)));
        } catch (Spool.SpoolException e) {
            answer.line(QueueLine.error(e.getMessage()));
        }
    }

    private QueueSummary done(QueueRequest request, String by, Answer answer) throws IOException, InterruptedException {
        long now = clock.millis();
        return switch (request.verb()) {
            case LIST -> list(request.filter(), now, answer);
            case DESTINATIONS -> destinations(request.filter(), now, answer);
            case SHOW -> {
                answer.line(QueueLine.of(QueuedMessage.of(one(request), now, suspended())));
                yield found(1);
            }
            case HEADERS, CONTENT -> {
                new Content(spool, one(request)).to(request.verb() == Verb.HEADERS, bytes -> answer.line(QueueLine.of(bytes)));
                yield found(1);
            }
            case HOLD, RELEASE, DELETE, REROUTE, FLUSH -> changes.run(request, by, now, answer);
        };
    }

    private QueueSummary list(Filter filter, long now, Answer answer) throws IOException, InterruptedException {
        Selection selection = new Selection(spool, filter, now, Long.MAX_VALUE);
        var suspended = suspended();
        long count = 0;
        while (!selection.ended()) {
            for (Envelope envelope : selection.next()) {
                answer.line(QueueLine.of(QueuedMessage.of(envelope, now, suspended)));
                count++;
            }
        }
        return found(count);
    }

    /** Which recipients wait for their destination to be resumed; of a queue that stands still, that is not known. */
    private BiPredicate<Envelope, Envelope.Recipient> suspended() {
        Set<List<String>> lanes = new HashSet<>();
        if (queues != null) {
            queues.destinations().stream().filter(Queues.Destination::suspended).forEach(d -> lanes.add(Arrays.asList(d.domain(), d.route())));
        }
        return (envelope, recipient) -> !lanes.isEmpty() && lanes.contains(Arrays.asList(Domains.ascii(recipient.domain()), envelope.route()));
    }

    private QueueSummary destinations(Filter filter, long now, Answer answer) throws IOException, InterruptedException {
        if (!filter.isOfDestinations()) {
            throw new Spool.SpoolException("destinations are chosen by destination alone", false, null);
        }
        List<QueuedDestination> found = queues == null ? new StandingDestinations(now).of(spool, filter) : running(filter, now);
        for (QueuedDestination destination : found.stream().sorted(Comparator.comparing(QueuedDestination::domain)).toList()) {
            answer.line(QueueLine.of(destination));
        }
        return found(found.size());
    }

    /** What the queues have, and what is on hold, which is in none of them. */
    private List<QueuedDestination> running(Filter filter, long now) throws InterruptedException {
        List<QueuedDestination> found = new ArrayList<>(queues.destinations().stream().filter(d -> filter.concerns(d.domain())).map(QueuedDestination::of).toList());
        for (QueuedDestination held : spool.held() == 0 ? List.<QueuedDestination>of() : new StandingDestinations(now).of(spool, filter.onHold())) {
            int at = IntStream.range(0, found.size()).filter(i -> found.get(i).sameLane(held)).findFirst().orElse(-1);
            if (at >= 0) {
                found.set(at, found.get(at).and(held));
            } else {
                found.add(QueuedDestination.onHold(held));
            }
        }
        return found;
    }

    private Envelope one(QueueRequest request) throws InterruptedException {
        long mid = request.filter().mids().getFirst();
        Envelope envelope = Waits.on(spool.envelope(mid));
        if (envelope == null) {
            throw new Spool.SpoolException("MID " + mid + " is not in the queue", false, null);
        }
        return envelope;
    }

    private static QueueSummary found(long count) {
        return new QueueSummary(count, 0, 0, 0, 0, List.of(), 0, 0, 0, null, 0, false);
    }
}
