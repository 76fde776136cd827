package dev.postern.gateway.spool;

import dev.postern.gateway.tls.MessageTls;
import java.util.List;
import java.util.Objects;

/**
 * A message without its body.
 *
 * @param mid         message ID, unique in this spool and never used again
 * @param receivedAt  milliseconds since the epoch
 * @param sender      reverse path without brackets; empty for {@code <>}
 * @param size        bytes of the body, line ends CRLF, not dot-stuffed
 * @param eightBit    BODY=8BITMIME was declared, or bytes above 127 were seen
 * @param smtpUtf8    SMTPUTF8 was declared (RFC 6531)
 * @param ret         RET of RFC 3461: FULL, HDRS or null
 * @param envid       ENVID of RFC 3461 in xtext as received, or null
 * @param listener    name of the listener that took it; empty for what the gateway wrote itself
 * @param recipients  in the order of RCPT; the index is the RID
 * @param tls         what the message itself asks of TLS (RFC 8689)
 * @param origin      where it came from
 * @param held        whether it waits until somebody releases it
 * @param route       HOST or HOST:PORT that all of it goes to in place of its destinations' hosts, or null; the destinations' TLS holds
 */
public record Envelope(long mid, long receivedAt, String sender, long size, boolean eightBit, boolean smtpUtf8, String ret, String envid,
        String listener, List<Recipient> recipients, MessageTls tls, Origin origin, boolean held, String route) {

    public Envelope {
        recipients = List.copyOf(recipients);
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(origin, "origin");
    }

    /** Of a message that asks nothing of TLS itself, and that the gateway wrote. */
    public Envelope(long mid, long receivedAt, String sender, long size, boolean eightBit, boolean smtpUtf8, String ret, String envid, String listener,
            List<Recipient> recipients) {
        this(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, MessageTls.DESTINATION, Origin.OWN, false, null);
    }

    /**
     * Where a message came from.
     *
     * @param client    the client's address; null for what the gateway wrote itself
     * @param user      who had logged in, or null
     * @param messageId the Message-ID field without its brackets, at most {@value #LONGEST_ID} characters of it, or null
     */
    public record Origin(String client, String user, String messageId) {
        private static final int LONGEST_ID = 250;
        /** Of what the gateway wrote itself. */
        public static final Origin OWN = new Origin(null, null, null);

        public Origin {
            messageId = messageId != null && messageId.length() > LONGEST_ID ? messageId.substring(0, LONGEST_ID) : messageId;
        }
    }

    /** The same message with this demand. */
    public Envelope with(MessageTls tls) {
        return new Envelope(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, tls, origin, held, route);
    }

    /** The same message, from there. */
    public Envelope from(Origin origin) {
        return new Envelope(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, tls, origin, held, route);
    }

    /** The same message, on hold or released. */
    public Envelope held(boolean held) {
        return new Envelope(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, tls, origin, held, route);
    }

    /** The same message by another way; null: by that of its destinations. */
    public Envelope via(String route) {
        return new Envelope(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, tls, origin, held, route);
    }

    /** Whether some recipient still waits. */
    public boolean pending() {
        return recipients.stream().anyMatch(r -> r.state() == State.PENDING);
    }

    /** The same message under the ID and with the size that the spool knows. */
    public Envelope as(long mid, long size) {
        return new Envelope(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, tls, origin, held, route);
    }

    /** The same message, with its recipients as they are now. */
    public Envelope withRecipients(List<Recipient> recipients) {
        return new Envelope(mid, receivedAt, sender, size, eightBit, smtpUtf8, ret, envid, listener, recipients, tls, origin, held, route);
    }

    /**
     * One recipient and how far its delivery is.
     *
     * @param address     forward path without brackets
     * @param state       whether it still waits
     * @param attempts    attempts that failed so far
     * @param nextAttempt milliseconds since the epoch; of use while PENDING
     * @param lastStatus  enhanced status code of the last answer, or null
     * @param lastReply   the last answer or error, for queue listings and DSNs, or null
     * @param dsnNotify    NOTIFY of RFC 3461 as received, or null
     * @param orcpt       ORCPT of RFC 3461 as received, or null
     */
    public record Recipient(String address, State state, int attempts, long nextAttempt, String lastStatus, String lastReply,
            String dsnNotify, String orcpt) {

        /** The domain in lower case; empty where there is none. */
        public String domain() {
            return address.substring(address.lastIndexOf('@') + 1).toLowerCase(java.util.Locale.ROOT);
        }

        public Recipient with(State state, int attempts, long nextAttempt, String lastStatus, String lastReply) {
            return new Recipient(address, state, attempts, nextAttempt, lastStatus, lastReply, dsnNotify, orcpt);
        }
    }

    /** Whether a recipient still waits. BOUNCED: the DSN, where one is due, was committed in the same write. */
    public enum State { PENDING, DELIVERED, BOUNCED }
}
