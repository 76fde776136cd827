package dev.postern.gateway.delivery;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.tls.MessageTls;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What waits, by destination, and what can be done about it. For use by many threads; nothing here waits. */
public interface Queues {

    /**
     * Mail of one domain that asks the same of TLS and goes the same way.
     *
     * @param domain      in lower-case A-labels
     * @param route       the way that its messages were given, or null
     * @param due         entries (recipients of a message that travel together) that could go now
     * @param later       entries that wait for their time
     * @param underWay    entries that are being tried
     * @param connections open ones
     * @param oldest      when its oldest message came in, in milliseconds since the epoch; 0 where there is none
     * @param nextAttempt milliseconds since the epoch; 0: now, as soon as there is room; {@link Long#MAX_VALUE}: none, as delivery is suspended
     * @param suspended   whether its DestinationControl suspends it
     * @param failure     why its last connection could not be made, or null
     * @param limited     the limit that keeps what is due waiting, in words, or null
     */
    record Destination(String domain, String route, MessageTls tls, int due, int later, int underWay, int connections, long oldest, long nextAttempt, boolean suspended,
            String failure, String limited) {

        /** One that no limit keeps waiting. */
        public Destination(String domain, String route, MessageTls tls, int due, int later, int underWay, int connections, long oldest, long nextAttempt, boolean suspended,
                String failure) {
            this(domain, route, tls, due, later, underWay, connections, oldest, nextAttempt, suspended, failure, null);
        }
    }

    /** Every destination that mail waits for or travels to, in order of their names. */
    List<Destination> destinations();

    /** Makes everything due now for these domains, in lower-case A-labels. */
    void flush(Predicate<String> domains);

    /** Ends the rest of these domains after connections that failed, so that what is due is tried now; what waits for its time goes on waiting. */
    void wake(Predicate<String> domains);

    /**
     * Takes messages out of their queues, so that they can be changed in the spool; {@link #enqueue} brings them back. Also to be called for those that are
     * in no queue as they are on hold: only what was withdrawn can be brought back.
     *
     * @return those of {@code mids} that are being tried at this moment, of which nothing was taken out
     */
    Set<Long> withdraw(Set<Long> mids);

    /**
     * Brings back a message that was withdrawn, once; any other is left as it is, so that none is in the queues twice. One that is on hold stays out. To be called as well for
     * one that has no recipient left: it is then forgotten.
     */
    void enqueue(Envelope envelope);
}
