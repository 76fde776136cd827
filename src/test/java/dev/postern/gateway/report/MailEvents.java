package dev.postern.gateway.report;

import static dev.postern.gateway.report.MailEvent.Level.Critical;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every event and the text of its line after the time. */
final class MailEvents {
    static final Map<MailEvent, String> GOLDEN = new LinkedHashMap<>();

    static {
        GOLDEN.put(new MailEvent.NewInbound(5, "mail.example.com", "10.2.3.4", "10.3.4.5", null, false),
                "Info: New SMTP ICID 5 interface mail.example.com (10.2.3.4) address 10.3.4.5 reverse dns host unknown verified no");
        GOLDEN.put(new MailEvent.NewInbound(6, "mail.example.com", "10.2.3.4", "10.3.4.5", "mx.partner.com", true),
                "Info: New SMTP ICID 6 interface mail.example.com (10.2.3.4) address 10.3.4.5 reverse dns host mx.partner.com verified yes");
        GOLDEN.put(new MailEvent.SenderGroupMatch(5, "Accept", "partners", ".partner.com"), "Info: ICID 5 ACCEPT SG partners match .partner.com SBRS None");
        GOLDEN.put(new MailEvent.InboundTls(5, "TLSv1.3", "TLS_AES_256_GCM_SHA384"), "Info: ICID 5 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384");
        GOLDEN.put(new MailEvent.InboundTlsFailed(5, null), "Info: ICID 5 TLS failed");
        GOLDEN.put(new MailEvent.InboundTlsFailed(5, "no shared cipher"), "Info: ICID 5 TLS failed: no shared cipher");
        GOLDEN.put(new MailEvent.InboundCertificate(5, "CN=relay.partner.com,O=Partner", true, null),
                "Info: ICID 5 client certificate CN=relay.partner.com,O=Partner verified");
        GOLDEN.put(new MailEvent.InboundCertificate(5, "CN=relay.partner.com", false, "certificate expired on 2026-01-01T00:00:00Z"),
                "Info: ICID 5 client certificate CN=relay.partner.com not verified: certificate expired on 2026-01-01T00:00:00Z");
        GOLDEN.put(new MailEvent.InboundCertificate(5, null, false, "the client showed none"), "Info: ICID 5 no client certificate");
        GOLDEN.put(new MailEvent.InboundCertificateRequired(5, "the client showed none"),
                "Warning: ICID 5 TLS client certificate was required but the client showed none");
        GOLDEN.put(new MailEvent.Login(5, true, "app", "PLAIN", null), "Info: SMTP Auth: (ICID 5) succeeded for user: app using mechanism: PLAIN");
        GOLDEN.put(new MailEvent.Login(5, false, "app", "SCRAM-SHA-256", "wrong name or password"),
                "Info: SMTP Auth: (ICID 5) failed for user: app using mechanism: SCRAM-SHA-256: wrong name or password");
        GOLDEN.put(new MailEvent.Login(5, false, null, "PLAIN", "not a message of PLAIN"), "Info: SMTP Auth: (ICID 5) failed for user: unknown using mechanism: PLAIN: not a message of PLAIN");
        GOLDEN.put(new MailEvent.Proxied(5, "10.0.0.7"), "Info: ICID 5 by proxy 10.0.0.7");
        GOLDEN.put(new MailEvent.ProxyRefused("private", "10.0.0.7", "no PROXY header"), "Warning: Listener private: connection from proxy 10.0.0.7 closed: no PROXY header");
        GOLDEN.put(new MailEvent.InboundTlsRequired(5), "Warning: ICID 5 TLS was required but remote host did not initiate it");
        GOLDEN.put(new MailEvent.StartMessage(7, 5), "Info: Start MID 7 ICID 5");
        GOLDEN.put(new MailEvent.From(7, 5, "a@b.c"), "Info: MID 7 ICID 5 From: <a@b.c>");
        GOLDEN.put(new MailEvent.From(7, 5, ""), "Info: MID 7 ICID 5 From: <>");
        GOLDEN.put(new MailEvent.To(7, 5, 0, "a@b.c"), "Info: MID 7 ICID 5 RID 0 To: <a@b.c>");
        GOLDEN.put(new MailEvent.RecipientRejected(5, "a@b.c", "Rejected by RAT"), "Info: ICID 5 To: <a@b.c> Rejected by RAT");
        GOLDEN.put(new MailEvent.SenderGroupMatch(5, "Reject", "blocked", "dnslist[zen.example.org]"), "Info: ICID 5 REJECT SG blocked match dnslist[zen.example.org] SBRS None");
        GOLDEN.put(new MailEvent.DelayedReject(5, "10.3.4.5"), "Info: ICID 5 Delayed HAT REJECT continuing session for recipient logging (10.3.4.5)");
        GOLDEN.put(new MailEvent.DelayedRejectSender(5, "a@b.c", "10.3.4.5"), "Info: ICID 5 Delayed HAT REJECT Message from: a@b.c (10.3.4.5)");
        GOLDEN.put(new MailEvent.DelayedRejectRecipient(5, "a@b.c", "10.3.4.5"), "Info: ICID 5 Delayed HAT REJECT Message recipient: <a@b.c> (10.3.4.5)");
        GOLDEN.put(new MailEvent.HarvestAttack(5, "10.3.4.5", "mx.partner.com", 25, "others", "public", "a@b.c", true),
                "Warning: ICID 5 Dropping connection due to potential Directory Harvest Attack from host=('10.3.4.5', 'mx.partner.com'), dhap_limit=25, sender_group=others, listener=public, rcpt=<a@b.c>");
        GOLDEN.put(new MailEvent.HarvestAttack(5, "10.3.4.5", null, 25, "others", "public", "a@b.c", false),
                "Warning: ICID 5 Potential Directory Harvest Attack from host=('10.3.4.5', 'unknown'), dhap_limit=25, sender_group=others, listener=public, rcpt=<a@b.c>");
        GOLDEN.put(new MailEvent.MessageId(7, "<x@y>"), "Info: MID 7 Message-ID '<x@y>'");
        GOLDEN.put(new MailEvent.TlsDemand(7, "REQUIRETLS"), "Info: MID 7 REQUIRETLS");
        GOLDEN.put(new MailEvent.TlsDemand(7, "TLS-Required: No"), "Info: MID 7 TLS-Required: No");
        GOLDEN.put(new MailEvent.MessageReady(7, 10240, "a@b.c"), "Info: MID 7 ready 10240 bytes from <a@b.c>");
        GOLDEN.put(new MailEvent.MessageQueued(7), "Info: MID 7 queued for delivery");
        GOLDEN.put(new MailEvent.MessageAborted(7, "Connection lost"), "Info: Message aborted MID 7 Connection lost");
        GOLDEN.put(new MailEvent.InboundClosed(5), "Info: ICID 5 close");
        GOLDEN.put(new MailEvent.NewDelivery(8, "10.10.10.100", "192.168.1.25", 25),
                "Info: New SMTP DCID 8 interface 10.10.10.100 address 192.168.1.25 port 25");
        GOLDEN.put(new MailEvent.DeliveryTls(8, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "partner.com", null, null),
                "Info: DCID 8 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384 for partner.com");
        GOLDEN.put(new MailEvent.DeliveryTls(8, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "partner.com", true, null),
                "Info: DCID 8 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384 for partner.com verified");
        GOLDEN.put(new MailEvent.DeliveryTls(8, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "partner.com", false, "no name matches"),
                "Info: DCID 8 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384 for partner.com unverified: no name matches");
        GOLDEN.put(new MailEvent.DeliveryTlsFailed(8, "10.3.4.5", "STARTTLS unexpected response"),
                "Info: DCID 8 IP 10.3.4.5 TLS failed: STARTTLS unexpected response");
        GOLDEN.put(new MailEvent.DeliveryTlsRequired(8, "10.3.4.5"),
                "Warning: DCID 8 IP 10.3.4.5 TLS was required but could not be successfully negotiated");
        GOLDEN.put(new MailEvent.DeliveryInClear(8, "plain.test", "STARTTLS is not offered"),
                "Info: DCID 8 no TLS for plain.test: STARTTLS is not offered, message sent in clear");
        GOLDEN.put(new MailEvent.DeliveryStart(8, 7, List.of(0, 1)), "Info: Delivery start DCID 8 MID 7 to RID [0, 1]");
        GOLDEN.put(new MailEvent.DeliveryDone(8, 7, List.of(0), null), "Info: Message done DCID 8 MID 7 to RID [0]");
        GOLDEN.put(new MailEvent.DeliveryDone(8, 7, List.of(0), "250 2.0.0 Ok: queued as 4F"),
                "Info: Message done DCID 8 MID 7 to RID [0] Response '250 2.0.0 Ok: queued as 4F'");
        GOLDEN.put(new MailEvent.DeliveryDelayed(8, 7, List.of(0), "4.1.0", "Mailbox busy", null), "Info: Delayed: DCID 8 MID 7 to RID [0] - 4.1.0 - Mailbox busy");
        GOLDEN.put(new MailEvent.DeliveryDelayed(0, 7, List.of(0), "4.4.1", "No answer", "2005-07-20T19:57:40Z"),
                "Info: Delayed: DCID 0 MID 7 to RID [0] - 4.4.1 - No answer - next attempt 2005-07-20T19:57:40Z");
        GOLDEN.put(new MailEvent.DeliveryBounced(8, 7, List.of(0), "5.1.1", "No such user"), "Warning: Bounced: DCID 8 MID 7 to RID [0] - 5.1.1 - No such user");
        GOLDEN.put(new MailEvent.DeliveryClosed(8), "Info: DCID 8 close");
        GOLDEN.put(new MailEvent.ConnectionError(8, "partner.com", "10.3.4.5", 25, "Connection refused"),
                "Info: Connection Error: DCID 8 domain: partner.com IP: 10.3.4.5 port: 25 details: Connection refused");
        GOLDEN.put(new MailEvent.BounceQueued(7, 6), "Info: MID 7 bounce of MID 6");
        GOLDEN.put(new MailEvent.MessageFinished(7), "Info: Message finished MID 7 done");
        GOLDEN.put(new MailEvent.QueueAction(7, "rerouted to relay.example.com", "root"), "Info: MID 7 rerouted to relay.example.com by root");
        GOLDEN.put(new MailEvent.PlanInForce("0123456789abcdef", 3), "Info: Plan 0123456789abcdef in force");
        GOLDEN.put(new MailEvent.PlanRefused("0123456789abcdef", "part core is missing"), "Warning: Plan refused: part core is missing");
        GOLDEN.put(new MailEvent.ListenerOpened("public", "0.0.0.0:25"), "Info: Listener public on 0.0.0.0:25 opened");
        GOLDEN.put(new MailEvent.ListenerClosed("public", "0.0.0.0:25"), "Info: Listener public on 0.0.0.0:25 closed");
        GOLDEN.put(new MailEvent.Notice(Critical, "The spool cannot be written"), "Critical: The spool cannot be written");
    }

    private MailEvents() {
    }
}
