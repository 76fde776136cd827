package dev.postern.cli.trace;

import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A gateway's afternoon: two connections at a time, a bounce, a delay, a hold, a restart that counts connections anew, and senders that want to deceive. */
final class Scenario {
    private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");
    private final List<MailEvent> events = new ArrayList<>();

    private Scenario() {
    }

    static List<MailEvent> events() {
        Scenario s = new Scenario();
        s.afternoon();
        return s.events;
    }

    static String log(MailFormat format) {
        StringBuilder log = new StringBuilder();
        List<MailEvent> events = events();
        for (int i = 0; i < events.size(); i++) {
            format.append(log, BEGIN.plusSeconds(i), events.get(i));
            log.append('\n');
        }
        return log.toString();
    }

    private void add(MailEvent... some) {
        events.addAll(List.of(some));
    }

    private void message(long mid, long icid, String sender, String id, String... recipients) {
        add(new MailEvent.StartMessage(mid, icid), new MailEvent.From(mid, icid, sender));
        for (int rid = 0; rid < recipients.length; rid++) {
            add(new MailEvent.To(mid, icid, rid, recipients[rid]));
        }
        add(new MailEvent.MessageId(mid, id), new MailEvent.MessageReady(mid, 1200 + mid, sender), new MailEvent.MessageQueued(mid));
    }

    private void afternoon() {
        add(new MailEvent.PlanInForce("0123456789abcdef", 3), new MailEvent.ListenerOpened("public", "0.0.0.0:25"));
        add(new MailEvent.NewInbound(1, "mail.example.com", "10.2.3.4", "192.0.2.7", "mx.sender.test", true), new MailEvent.Proxied(1, "10.0.0.7"), new MailEvent.Login(1, true, "app", "PLAIN", null),
                new MailEvent.SenderGroupMatch(1, "Accept", "partners", ".sender.test"),
                new MailEvent.NewInbound(2, "mail.example.com", "10.2.3.4", "192.0.2.8", null, false), new MailEvent.InboundTls(1, "TLSv1.3", "TLS_AES_256_GCM_SHA384"));
        message(7, 1, "ada@sender.test", "<one@sender.test>", "bob@partner.test", "gone@partner.test");
        add(new MailEvent.RecipientRejected(2, "x@elsewhere.test", "Rejected by RAT"));
        message(8, 2, "eve@other.test", "<two@other.test>", "bob@partner.test");
        // One who wants to be taken for somebody else.
        message(9, 2, "a> MID 7 ICID 1 From: <ada@sender.test", "<x' MID 7 Message-ID 'y>", "carol@plain.test");
        message(10, 1, "ada@sender.test", "<three@sender.test>", "dan@slow.test");
        add(new MailEvent.InboundClosed(1));
        add(new MailEvent.NewDelivery(1, "10.2.3.4", "198.51.100.1", 25), new MailEvent.DeliveryTls(1, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "partner.test", true, null),
                new MailEvent.NewDelivery(2, "10.2.3.4", "198.51.100.2", 25), new MailEvent.DeliveryStart(1, 7, List.of(0, 1)),
                new MailEvent.DeliveryInClear(2, "plain.test", "STARTTLS is not offered"), new MailEvent.DeliveryStart(2, 9, List.of(0)),
                new MailEvent.DeliveryDone(1, 7, List.of(0), "250 2.0.0 Ok: queued as 4F"), new MailEvent.DeliveryBounced(1, 7, List.of(1), "5.1.1", "550 5.1.1 no such user"),
                new MailEvent.DeliveryDone(2, 9, List.of(0), "250 ok"), new MailEvent.MessageFinished(9), new MailEvent.DeliveryStart(1, 8, List.of(0)),
                // The notification is tried before the line that says whose it is.
                new MailEvent.NewDelivery(3, "10.2.3.4", "192.0.2.7", 25), new MailEvent.DeliveryStart(3, 11, List.of(0)),
                new MailEvent.BounceQueued(11, 7), new MailEvent.To(11, 0, 0, "ada@sender.test"), new MailEvent.MessageFinished(7), new MailEvent.DeliveryDone(3, 11, List.of(0), "250 taken"),
                new MailEvent.MessageFinished(11), new MailEvent.DeliveryDone(1, 8, List.of(0), "250 2.0.0 Ok"), new MailEvent.MessageFinished(8), new MailEvent.DeliveryClosed(1),
                new MailEvent.DeliveryDelayed(0, 10, List.of(0), "4.4.1", "slow.test: no host answered - see 2", "2026-11-22T10:10:00Z"),
                new MailEvent.QueueAction(10, "held", "root for alice@example.com"));
        // A restart: the connections count from one again.
        add(new MailEvent.PlanInForce("0123456789abcdef", 3), new MailEvent.NewInbound(1, "mail.example.com", "10.2.3.4", "192.0.2.66", null, false),
                new MailEvent.StartMessage(10_001, 1), new MailEvent.From(10_001, 1, "mal@bad.test"), new MailEvent.MessageAborted(10_001, "connection lost"), new MailEvent.InboundClosed(1),
                new MailEvent.QueueAction(10, "rerouted to relay.test:2525", "root"), new MailEvent.QueueAction(10, "released", "root"),
                new MailEvent.NewDelivery(1, "10.2.3.4", "203.0.113.9", 2525), new MailEvent.DeliveryTlsFailed(1, "203.0.113.9", "STARTTLS unexpected response"),
                new MailEvent.DeliveryTlsRequired(1, "203.0.113.9"), new MailEvent.DeliveryClosed(1),
                new MailEvent.NewDelivery(2, "10.2.3.4", "203.0.113.10", 2525), new MailEvent.DeliveryStart(2, 10, List.of(0)),
                new MailEvent.ConnectionError(2, "slow.test", "203.0.113.10", 2525, "connection lost"),
                new MailEvent.DeliveryDelayed(2, 10, List.of(0), "4.4.2", "203.0.113.10: connection lost", "2026-11-22T11:00:00Z"), new MailEvent.DeliveryClosed(2),
                new MailEvent.QueueAction(10, "deleted, RID [0]", "root"), new MailEvent.MessageFinished(10));
    }
}
