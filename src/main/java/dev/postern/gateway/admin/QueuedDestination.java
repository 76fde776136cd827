package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.postern.gateway.delivery.Queues;
import dev.postern.gateway.tls.MessageTls;
import java.time.Instant;

/**
 * What waits for a domain, as it is shown. What is not known is null.
 *
 * @param route       the way that these messages were given
 * @param tls         what these messages themselves ask of TLS
 * @param due         entries that could go now; an entry is recipients of a message that travel together
 * @param later       entries that wait for their time
 * @param underWay    entries that are being tried; null where nothing runs
 * @param connections open ones; null where nothing runs
 * @param held        messages on hold; null where a gateway runs, as they are in no queue
 * @param oldest      RFC 3339: when its oldest message came in
 * @param nextAttempt RFC 3339; null: as soon as there is room, or none, where it is suspended
 * @param suspended   whether its DestinationControl suspends it
 * @param failure     why its last connection could not be made
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueuedDestination(String domain, String route, String tls, int due, int later, Integer underWay, Integer connections, Integer held, String oldest,
        String nextAttempt, boolean suspended, String failure) {

    static QueuedDestination of(Queues.Destination d) {
        return new QueuedDestination(d.domain(), d.route(), demand(d.tls()), d.due(), d.later(), d.underWay(), d.connections(), null, time(d.oldest()), time(d.nextAttempt()),
                d.suspended(), d.failure());
    }

    static String demand(MessageTls tls) {
        return tls.demand() == null ? null : tls.name();
    }

    static String time(long millis) {
        return millis <= 0 || millis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(millis).toString();
    }
}
