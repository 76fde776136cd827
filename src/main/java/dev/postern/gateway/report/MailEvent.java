package dev.postern.gateway.report;

import java.util.List;

/**
 * One line of the mail log. The text form of each is the appliance's; the JSON form has the record's fields and its name.
 * IDs: ICID is an incoming connection, DCID a delivery connection, MID a message, RID a recipient's index in its message.
 */
public sealed interface MailEvent {

    /** Severity, as the appliance's log levels name it. */
    default Level level() {
        return Level.Info;
    }

    /** Log levels. */
    enum Level { Info, Warning, Critical }

    /** {@code New SMTP ICID 5 interface mail.example.com (10.2.3.4) address 10.3.4.5 reverse dns host unknown verified no}. */
    record NewInbound(long icid, String interfaceName, String interfaceAddress, String address, String reverseDns, boolean verified) implements MailEvent {
    }

    /** {@code ICID 5 ACCEPT SG partners match .partner.com SBRS None}; the behavior in capitals. */
    record SenderGroupMatch(long icid, String behavior, String senderGroup, String match) implements MailEvent {
    }

    /** {@code ICID 5 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384}. */
    record InboundTls(long icid, String protocol, String cipher) implements MailEvent {
    }

    /** {@code ICID 5 TLS failed}; the detail goes behind it after a colon where there is one. */
    record InboundTlsFailed(long icid, String detail) implements MailEvent {
    }

    /** {@code ICID 5 TLS was required but remote host did not initiate it}. */
    record InboundTlsRequired(long icid) implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /**
     * {@code ICID 5 client certificate CN=relay.partner.test verified}; or {@code … not verified: DETAIL}, or {@code ICID 5 no client certificate}
     * where the subject is null. Only where the handshake asked for one.
     */
    record InboundCertificate(long icid, String subject, boolean verified, String detail) implements MailEvent {
    }

    /** {@code ICID 5 TLS client certificate was required but DETAIL}. */
    record InboundCertificateRequired(long icid, String detail) implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /**
     * {@code SMTP Auth: (ICID 5) succeeded for user: app using mechanism: PLAIN}; or {@code … failed for user: …: DETAIL}.
     *
     * @param user as the client gave it; null where it came to no name
     */
    record Login(long icid, boolean succeeded, String user, String mechanism, String detail) implements MailEvent {
    }

    /** {@code ICID 5 by proxy 10.0.0.7}: the address is the one that the proxy gave. */
    record Proxied(long icid, String proxy) implements MailEvent {
    }

    /** {@code Listener private: connection from proxy 10.0.0.7 closed: REASON}. */
    record ProxyRefused(String listener, String proxy, String reason) implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /** {@code Start MID 7 ICID 5}. */
    record StartMessage(long mid, long icid) implements MailEvent {
    }

    /** {@code MID 7 ICID 5 From: <a@b.c>}. */
    record From(long mid, long icid, String sender) implements MailEvent {
    }

    /** {@code MID 7 ICID 5 RID 0 To: <a@b.c>}. */
    record To(long mid, long icid, int rid, String recipient) implements MailEvent {
    }

    /** {@code ICID 5 To: <a@b.c> Rejected by RAT}; the reason as given. */
    record RecipientRejected(long icid, String recipient, String reason) implements MailEvent {
    }

    /** {@code ICID 5 Delayed HAT REJECT continuing session for recipient logging (10.3.4.5)}. */
    record DelayedReject(long icid, String address) implements MailEvent {
    }

    /** {@code ICID 5 Delayed HAT REJECT Message from: a@b.c (10.3.4.5)}. */
    record DelayedRejectSender(long icid, String sender, String address) implements MailEvent {
    }

    /** {@code ICID 5 Delayed HAT REJECT Message recipient: <a@b.c> (10.3.4.5)}. */
    record DelayedRejectRecipient(long icid, String recipient, String address) implements MailEvent {
    }

    /**
     * {@code ICID 5 Dropping connection due to potential Directory Harvest Attack from host=('10.3.4.5', 'mx.partner.com'), dhap_limit=25,
     * sender_group=others, listener=public, rcpt=<a@b.c>}; without {@code Dropping connection due to} where it goes on.
     */
    record HarvestAttack(long icid, String address, String hostName, int limit, String senderGroup, String listener, String recipient, boolean dropped)
            implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /** {@code MID 7 Message-ID '<x@y>'}. */
    record MessageId(long mid, String messageId) implements MailEvent {
    }

    /** {@code MID 7 REQUIRETLS}, {@code MID 7 TLS-Required: No}: what the message itself asks of TLS (RFC 8689). */
    record TlsDemand(long mid, String demand) implements MailEvent {
    }

    /** {@code MID 7 ready 10240 bytes from <a@b.c>}. */
    record MessageReady(long mid, long bytes, String sender) implements MailEvent {
    }

    /** {@code MID 7 queued for delivery}. */
    record MessageQueued(long mid) implements MailEvent {
    }

    /** {@code Message aborted MID 7 REASON}. */
    record MessageAborted(long mid, String reason) implements MailEvent {
    }

    /** {@code ICID 5 close}. */
    record InboundClosed(long icid) implements MailEvent {
    }

    /** {@code New SMTP DCID 8 interface 10.10.10.100 address 192.168.1.25 port 25}. */
    record NewDelivery(long dcid, String interfaceAddress, String address, int port) implements MailEvent {
    }

    /** {@code DCID 8 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384 for partner.com}; {@code verified} is null where nobody asked. */
    record DeliveryTls(long dcid, String protocol, String cipher, String domain, Boolean verified, String detail) implements MailEvent {
    }

    /** {@code DCID 8 IP 10.3.4.5 TLS failed: STARTTLS unexpected response}. */
    record DeliveryTlsFailed(long dcid, String address, String reason) implements MailEvent {
    }

    /** {@code DCID 8 IP 10.3.4.5 TLS was required but could not be successfully negotiated}. */
    record DeliveryTlsRequired(long dcid, String address) implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /** {@code DCID 8 no TLS for plain.test: REASON, message sent in clear}. */
    record DeliveryInClear(long dcid, String domain, String reason) implements MailEvent {
    }

    /** {@code Delivery start DCID 8 MID 7 to RID [0]}. */
    record DeliveryStart(long dcid, long mid, List<Integer> rids) implements MailEvent {
    }

    /** {@code Message done DCID 8 MID 7 to RID [0]}. */
    record DeliveryDone(long dcid, long mid, List<Integer> rids, String response) implements MailEvent {
    }

    /** {@code Delayed: DCID 8 MID 7 to RID [0] - 4.1.0 - REASON}; DCID 0 where no connection was made. */
    record DeliveryDelayed(long dcid, long mid, List<Integer> rids, String status, String reason, String nextAttempt) implements MailEvent {
    }

    /** {@code Bounced: DCID 8 MID 7 to RID [0] - 5.1.1 - REASON}; DCID 0 where no connection was made. */
    record DeliveryBounced(long dcid, long mid, List<Integer> rids, String status, String reason) implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /** {@code DCID 8 close}. */
    record DeliveryClosed(long dcid) implements MailEvent {
    }

    /** {@code Connection Error: DCID 8 domain: partner.com IP: 10.3.4.5 port: 25 details: REASON}. */
    record ConnectionError(long dcid, String domain, String address, int port, String reason) implements MailEvent {
    }

    /** {@code MID 7 bounce of MID 6}: the DSN that tells the sender. */
    record BounceQueued(long mid, long of) implements MailEvent {
    }

    /** {@code Message finished MID 7 done}: no recipient is left. */
    record MessageFinished(long mid) implements MailEvent {
    }

    /** {@code MID 7 held by root}: what an administrator did to a message that waits; the action as given. */
    record QueueAction(long mid, String action, String by) implements MailEvent {
    }

    /** {@code Plan REVISION in force}: a new plan is served. */
    record PlanInForce(String revision, long serial) implements MailEvent {
    }

    /** {@code Plan refused: REASON}: the old one goes on serving. */
    record PlanRefused(String revision, String reason) implements MailEvent {
        @Override
        public Level level() {
            return Level.Warning;
        }
    }

    /** {@code Listener public on 0.0.0.0:25 opened}. */
    record ListenerOpened(String name, String address) implements MailEvent {
    }

    /** {@code Listener public on 0.0.0.0:25 closed}. */
    record ListenerClosed(String name, String address) implements MailEvent {
    }

    /** Anything about the gateway itself that needs a sentence: spool, disk, listener failures. */
    record Notice(Level level, String message) implements MailEvent {
    }
}
