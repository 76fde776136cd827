package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.postern.gateway.delivery.Domains;
import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Which messages are meant: those that have everything that is asked for. What is null does not matter.
 *
 * @param mids        message IDs
 * @param destination domain of a waiting recipient; with a dot before it, any domain below that one
 * @param sender      an address, a domain, with a dot before it any domain below that one, or {@code <>}
 * @param recipient   address of a waiting recipient
 * @param olderThan   seconds since it came in, more than
 * @param largerThan  bytes of the message, more than
 * @param held        whether it is on hold
 * @param messageId   its Message-ID, with or without brackets
 * @param limit       how many at most, in order of their MIDs
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Filter(List<Long> mids, String destination, String sender, String recipient, Long olderThan, Long largerThan, Boolean held, String messageId, Long limit) {
    private static final int MOST_MIDS = 50_000;
    /** Every message. */
    public static final Filter ALL = new Filter(null, null, null, null, null, null, null, null, null);

    /** @throws IllegalArgumentException naming the field, what was wrong and what is allowed */
    public Filter {
        mids = mids == null || mids.isEmpty() ? null : List.copyOf(new TreeSet<>(mids));
        if (mids != null && (mids.size() > MOST_MIDS || mids.getFirst() < 1)) {
            throw new IllegalArgumentException("mids: " + (mids.size() > MOST_MIDS ? mids.size() + " of them; allowed are " + MOST_MIDS : mids.getFirst() + "; allowed is 1 and more"));
        }
        destination = domain(destination);
        sender = sender == null || sender.equals("<>") || sender.contains("@") ? sender : domain(sender);
        positive("olderThan", olderThan);
        positive("largerThan", largerThan);
        if (limit != null && limit < 1) {
            throw new IllegalArgumentException("limit: " + limit + "; allowed is 1 and more");
        }
    }

    /** Only these. */
    public static Filter of(long... mids) {
        return new Filter(Arrays.stream(mids).boxed().toList(), null, null, null, null, null, null, null, null);
    }

    /** The same, with this limit. */
    public Filter atMost(long limit) {
        return new Filter(mids, destination, sender, recipient, olderThan, largerThan, held, messageId, limit);
    }

    /** Those of them that are on hold. */
    Filter onHold() {
        return new Filter(mids, destination, sender, recipient, olderThan, largerThan, true, messageId, limit);
    }

    private static void positive(String field, Long value) {
        if (value != null && value < 0) {
            throw new IllegalArgumentException(field + ": " + value + "; allowed is 0 and more");
        }
    }

    private static String domain(String text) {
        return text == null ? null : text.startsWith(".") ? "." + Domains.ascii(text.substring(1)) : Domains.ascii(text);
    }

    /** Whether it asks for nothing, so that every message matches. */
    @JsonIgnore
    public boolean isEverything() {
        return mids == null && destination == null && sender == null && recipient == null && olderThan == null && largerThan == null && held == null && messageId == null;
    }

    /** Whether it asks for nothing but the destination, so that it means whole queues. */
    @JsonIgnore
    public boolean isOfDestinations() {
        return mids == null && sender == null && recipient == null && olderThan == null && largerThan == null && held == null && messageId == null && limit == null;
    }

    /** Whether it tells recipients of one message from each other. */
    @JsonIgnore
    public boolean isOfRecipients() {
        return destination != null || recipient != null;
    }

    /**
     * Whether the message is meant.
     *
     * @param now milliseconds since the epoch
     */
    public boolean matches(Envelope envelope, long now) {
        return (mids == null || Collections.binarySearch(mids, envelope.mid()) >= 0)
                && (held == null || held == envelope.held())
                && (olderThan == null || now - envelope.receivedAt() > olderThan * 1000)
                && (largerThan == null || envelope.size() > largerThan)
                && (sender == null || fromSender(envelope.sender()))
                && (messageId == null || bare(messageId).equals(bare(envelope.origin().messageId())))
                && envelope.recipients().stream().anyMatch(this::concerns);
    }

    /** Whether the recipient waits and is meant, in a message that {@link #matches}. */
    public boolean concerns(Recipient candidate) {
        return candidate.state() == State.PENDING
                && (destination == null || within(destination, Domains.ascii(candidate.domain())))
                && (recipient == null || recipient.equalsIgnoreCase(candidate.address()));
    }

    /** Whether mail to this domain, in lower-case A-labels, may be meant. */
    public boolean concerns(String domain) {
        return destination == null || within(destination, domain);
    }

    private boolean fromSender(String address) {
        if (sender.equals("<>")) {
            return address.isEmpty();
        }
        return sender.contains("@") ? sender.equalsIgnoreCase(address)
                : !address.isEmpty() && within(sender, Domains.ascii(address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT)));
    }

    private static boolean within(String wanted, String domain) {
        return wanted.startsWith(".") ? domain.endsWith(wanted) : domain.equals(wanted);
    }

    private static String bare(String id) {
        return id == null ? "" : id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    }
}
