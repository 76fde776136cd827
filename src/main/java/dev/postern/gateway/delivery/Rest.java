package dev.postern.gateway.delivery;

import dev.postern.gateway.tls.MessageTls;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A lane that rests, as none of its hosts took a connection: what a start must know so that the dead do not stand in the way of the living.
 *
 * @param until    milliseconds since the epoch
 * @param failures attempts in a row that no host took
 * @param status   enhanced status code of the last one, and what went wrong
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Rest(String domain, MessageTls tls, String route, long until, int failures, String status, String text, String host) {
    private static final int LEAST_MILLIS = 10_000;
    private static final int MOST_MILLIS = 300_000;

    static Rest of(DomainQueue queue, long ahead) {
        Lane lane = queue.lane();
        return new Rest(lane.domain(), lane.tls(), lane.route(), queue.blockedUntil + ahead, queue.failures, queue.failure.status(), queue.failure.text(), queue.failure.host());
    }

    /** Of a lane that takes connections: it does not wait behind those of which nothing is known. */
    static Rest none(Lane lane) {
        return new Rest(lane.domain(), lane.tls(), lane.route(), 0, 0, null, null, null);
    }

    Lane lane() {
        return new Lane(domain, tls, route);
    }

    /** Milliseconds that it still rests after a start: some minutes at most, as what was wrong may have been mended, and not all lanes equally long. */
    long left(long now) {
        return Math.max(0, Math.min(until - now, LEAST_MILLIS + Math.floorMod(lane().hashCode(), MOST_MILLIS - LEAST_MILLIS)));
    }

    Outcome failure() {
        return Outcome.retry(status, text, host);
    }
}
