package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.postern.gateway.delivery.Queues;
import dev.postern.gateway.tls.MessageTls;
import java.time.Instant;
import java.util.Objects;

/**
 * What waits for a domain, as it is shown. What is not known is null.
 *
 * @param route       the way that these messages were given
 * @param tls         what these messages themselves ask of TLS
 * @param due         entries that could go now; an entry is recipients of a message that travel together
 * @param later       entries that wait for their time
 * @param underWay    entries that are being tried; null where nothing runs
 * @param connections open ones; null where nothing runs
 * @param held        messages on hold
 * @param oldest      RFC 3339: when its oldest message came in
 * @param nextAttempt RFC 3339; null: as soon as there is room, or none, where it is suspended
 * @param suspended   whether its DestinationControl suspends it
 * @param failure     why its last connection could not be made
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueuedDestination(String domain, String route, String tls, int due, int later, Integer underWay, Integer connections, Integer held, String oldest,
        String nextAttempt, boolean suspended, String failure) {

    static QueuedDestination of(Queues.Destination d) {
        return new QueuedDestination(d.domain(), d.route(), demand(d.tls()), d.due(), d.later(), d.underWay(), d.connections(), 0, time(d.oldest()), time(d.nextAttempt()),
                d.suspended(), d.failure());
    }

    /** Of a running gateway: these messages are in no queue. */
    static QueuedDestination onHold(QueuedDestination held) {
        return new QueuedDestination(held.domain, held.route, held.tls, 0, 0, 0, 0, held.held, held.oldest, null, false, held.failure);
    }

    /** The same, with these on hold. */
    QueuedDestination and(QueuedDestination onHold) {
        return new QueuedDestination(domain, route, tls, due, later, underWay, connections, onHold.held, oldest, nextAttempt, suspended, failure);
    }

    boolean sameLane(QueuedDestination other) {
        return domain.equals(other.domain) && Objects.equals(route, other.route) && Objects.equals(tls, other.tls);
    }

    static String demand(MessageTls tls) {
        return tls.demand() == null ? null : tls.name();
    }

    static String time(long millis) {
        return millis <= 0 || millis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(millis).toString();
    }
}
