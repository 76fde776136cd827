package dev.postern.gateway.delivery;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A message, or some of its recipients, taken apart into what travels together.
 *
 * @param receivedAt milliseconds since the epoch
 * @param ring       its sender's
 */
record Split(long mid, long receivedAt, int ring, List<Part> parts) {
    /** Age at which a sender who asked with NOTIFY=DELAY is told. */
    static final long DELAY_NOTICE = Duration.ofHours(4).toMillis();

    /**
     * Recipients of one lane that are due together.
     *
     * @param due        milliseconds since the epoch
     * @param tellsDelay whether the sender is still to be told should they be delayed for long
     */
    record Part(Lane lane, long due, int[] rids, boolean tellsDelay) {
    }

    private record Key(String domain, long due) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byDomain = domain.compareTo(other.domain);
            return byDomain != 0 ? byDomain : Long.compare(due, other.due);
        }
    }

    /**
     * All that is pending; of a message on hold, nothing.
     *
     * @param most recipients of one part
     */
    static Split of(Envelope envelope, int most) {
        List<Recipient> recipients = envelope.recipients();
        List<Part> parts = new ArrayList<>(1);
        if (recipients.size() == 1 && !envelope.held() && recipients.getFirst().state() == State.PENDING) {
            add(parts, lane(envelope, Domains.ascii(recipients.getFirst().domain())), envelope, recipients.getFirst().nextAttempt(), List.of(0), most);
        } else if (!envelope.held()) {
            Map<Key, List<Integer>> groups = new TreeMap<>();
            for (int rid = 0; rid < recipients.size(); rid++) {
                Recipient recipient = recipients.get(rid);
                if (recipient.state() == State.PENDING) {
                    groups.computeIfAbsent(new Key(Domains.ascii(recipient.domain()), recipient.nextAttempt()), k -> new ArrayList<>()).add(rid);
                }
            }
            groups.forEach((key, rids) -> add(parts, lane(envelope, key.domain), envelope, key.due, rids, most));
        }
        return new Split(envelope.mid(), envelope.receivedAt(), Senders.ring(envelope.sender()), parts);
    }

    /** These recipients of one lane. */
    static Split of(Lane lane, Envelope envelope, List<Integer> rids, long due, int most) {
        List<Part> parts = new ArrayList<>(1);
        add(parts, lane, envelope, due, rids, most);
        return new Split(envelope.mid(), envelope.receivedAt(), Senders.ring(envelope.sender()), parts);
    }

    private static Lane lane(Envelope envelope, String domain) {
        return new Lane(domain, envelope.tls(), envelope.route());
    }

    private static void add(List<Part> parts, Lane lane, Envelope envelope, long due, List<Integer> rids, int most) {
        for (int from = 0; from < rids.size(); from += most) {
            int[] some = new int[Math.min(rids.size() - from, most)];
            for (int i = 0; i < some.length; i++) {
                some[i] = rids.get(from + i);
            }
            parts.add(new Part(lane, due, some, tellsDelay(envelope, due, some)));
        }
    }

    /** An attempt whose next one is beyond that age has told. */
    private static boolean tellsDelay(Envelope envelope, long due, int[] rids) {
        if (envelope.sender().isEmpty() || due >= envelope.receivedAt() + DELAY_NOTICE) {
            return false;
        }
        for (int rid : rids) {
            if (asked(envelope.recipients().get(rid), "DELAY")) {
                return true;
            }
        }
        return false;
    }

    /** Whether NOTIFY (RFC 3461 section 4.1) has this keyword. */
    static boolean asked(Recipient recipient, String what) {
        return recipient.dsnNotify() != null && List.of(recipient.dsnNotify().toUpperCase(Locale.ROOT).split(",")).contains(what);
    }
}
