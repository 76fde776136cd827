package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.postern.gateway.spool.Envelope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * A message as it is shown. What is not known is null.
 *
 * @param received  RFC 3339
 * @param age       seconds
 * @param size      bytes
 * @param sender    empty for {@code <>}
 * @param held      whether it waits until somebody releases it
 * @param route     the way that it was given
 * @param listener  that took it
 * @param client    address of the client that sent it
 * @param user      who had logged in
 * @param messageId without brackets
 * @param tls       what the message itself asks of TLS (RFC 8689): REQUIRED or OPTIONAL
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueuedMessage(long mid, String received, long age, long size, String sender, boolean held, String route, String listener, String client, String user,
        String messageId, String tls, Boolean eightBit, Boolean smtpUtf8, String ret, String envid, List<Recipient> recipients) {

    /**
     * A recipient.
     *
     * @param state       PENDING, DELIVERED or BOUNCED
     * @param attempts    that failed
     * @param nextAttempt RFC 3339; while PENDING
     * @param status      enhanced status code of the last answer
     * @param answer      the last answer or error
     * @param suspended   true where the DestinationControl of its domain suspends delivery
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Recipient(int rid, String address, String state, int attempts, String nextAttempt, String status, String answer, String dsnNotify, String orcpt, Boolean suspended) {
    }

    /**
     * @param now       milliseconds since the epoch
     * @param suspended whether nothing is delivered to a recipient of this message
     */
    static QueuedMessage of(Envelope e, long now, BiPredicate<Envelope, Envelope.Recipient> suspended) {
        List<Recipient> recipients = new ArrayList<>(e.recipients().size());
        for (int rid = 0; rid < e.recipients().size(); rid++) {
            var r = e.recipients().get(rid);
            boolean pending = r.state() == Envelope.State.PENDING;
            String next = pending && r.nextAttempt() > 0 ? Instant.ofEpochMilli(r.nextAttempt()).toString() : null;
            recipients.add(new Recipient(rid, r.address(), r.state().name(), r.attempts(), next, r.lastStatus(), r.lastReply(), r.dsnNotify(), r.orcpt(),
                    pending && suspended.test(e, r) ? true : null));
        }
        return new QueuedMessage(e.mid(), Instant.ofEpochMilli(e.receivedAt()).toString(), Math.max(0, now - e.receivedAt()) / 1000, e.size(), e.sender(), e.held(), e.route(),
                e.listener().isEmpty() ? null : e.listener(), e.origin().client(), e.origin().user(), e.origin().messageId(), e.tls().demand() == null ? null : e.tls().name(),
                e.eightBit() ? true : null, e.smtpUtf8() ? true : null, e.ret(), e.envid(), recipients);
    }
}
