package dev.postern.gateway.report;

import dev.postern.gateway.report.MailEvent.BounceQueued;
import dev.postern.gateway.report.MailEvent.ConnectionError;
import dev.postern.gateway.report.MailEvent.DelayedReject;
import dev.postern.gateway.report.MailEvent.DelayedRejectRecipient;
import dev.postern.gateway.report.MailEvent.DelayedRejectSender;
import dev.postern.gateway.report.MailEvent.DeliveryBounced;
import dev.postern.gateway.report.MailEvent.DeliveryClosed;
import dev.postern.gateway.report.MailEvent.DeliveryDelayed;
import dev.postern.gateway.report.MailEvent.DeliveryDone;
import dev.postern.gateway.report.MailEvent.DeliveryInClear;
import dev.postern.gateway.report.MailEvent.DeliveryStart;
import dev.postern.gateway.report.MailEvent.DeliveryTls;
import dev.postern.gateway.report.MailEvent.DeliveryTlsFailed;
import dev.postern.gateway.report.MailEvent.DeliveryTlsRequired;
import dev.postern.gateway.report.MailEvent.From;
import dev.postern.gateway.report.MailEvent.HarvestAttack;
import dev.postern.gateway.report.MailEvent.InboundCertificate;
import dev.postern.gateway.report.MailEvent.InboundCertificateRequired;
import dev.postern.gateway.report.MailEvent.InboundClosed;
import dev.postern.gateway.report.MailEvent.InboundTls;
import dev.postern.gateway.report.MailEvent.InboundTlsFailed;
import dev.postern.gateway.report.MailEvent.InboundTlsRequired;
import dev.postern.gateway.report.MailEvent.ListenerClosed;
import dev.postern.gateway.report.MailEvent.ListenerOpened;
import dev.postern.gateway.report.MailEvent.Login;
import dev.postern.gateway.report.MailEvent.MessageAborted;
import dev.postern.gateway.report.MailEvent.MessageFinished;
import dev.postern.gateway.report.MailEvent.MessageId;
import dev.postern.gateway.report.MailEvent.MessageQueued;
import dev.postern.gateway.report.MailEvent.MessageReady;
import dev.postern.gateway.report.MailEvent.NewDelivery;
import dev.postern.gateway.report.MailEvent.NewInbound;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailEvent.PlanInForce;
import dev.postern.gateway.report.MailEvent.PlanRefused;
import dev.postern.gateway.report.MailEvent.Proxied;
import dev.postern.gateway.report.MailEvent.ProxyRefused;
import dev.postern.gateway.report.MailEvent.QueueAction;
import dev.postern.gateway.report.MailEvent.RecipientRejected;
import dev.postern.gateway.report.MailEvent.SenderGroupMatch;
import dev.postern.gateway.report.MailEvent.StartMessage;
import dev.postern.gateway.report.MailEvent.TlsDemand;
import dev.postern.gateway.report.MailEvent.To;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The appliance's lines: {@code Wed Jul 20 19:47:40 2005 Info: Start MID 7 ICID 5}. */
public final class TextFormat implements MailFormat {
    private static final DateTimeFormatter SHAPE = DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss yyyy ", Locale.ENGLISH);

    private final DateTimeFormatter shape;
    /** Most lines share their second with the one before; a stale stamp is made anew, so that threads may race here. */
    private volatile Stamp latest = new Stamp(Long.MIN_VALUE, "");

    public TextFormat(ZoneId zone) {
        shape = SHAPE.withZone(zone);
    }

    @Override
    public void append(StringBuilder out, Instant at, MailEvent event) {
        Stamp stamp = latest;
        if (stamp.second != at.getEpochSecond()) {
            stamp = new Stamp(at.getEpochSecond(), shape.format(at));
            latest = stamp;
        }
        out.append(stamp.text).append(event.level()).append(": ");
        new Line(out).event(event);
    }

    private record Stamp(long second, String text) {
    }

    /** Appends literals as they are and values made printable. */
    private record Line(StringBuilder out) {
        void event(MailEvent event) {
            switch (event) {
                case NewInbound e -> text("New SMTP ICID ").id(e.icid()).text(" interface ").value(e.interfaceName()).text(" (").value(e.interfaceAddress())
                        .text(") address ").value(e.address()).text(" reverse dns host ").value(e.reverseDns() == null ? "unknown" : e.reverseDns())
                        .text(" verified ").text(e.verified() ? "yes" : "no");
                case SenderGroupMatch e -> icid(e.icid()).value(e.behavior().toUpperCase(Locale.ROOT)).text(" SG ").value(e.senderGroup())
                        .text(" match ").value(e.match()).text(" SBRS None");
                case InboundTls e -> icid(e.icid()).tlsSuccess(e.protocol(), e.cipher());
                case InboundTlsFailed e -> icid(e.icid()).text("TLS failed").suffix(": ", e.detail());
                case InboundTlsRequired e -> icid(e.icid()).text("TLS was required but remote host did not initiate it");
                case InboundCertificate e when e.subject() == null -> icid(e.icid()).text("no client certificate");
                case InboundCertificate e -> icid(e.icid()).text("client certificate ").value(e.subject()).text(e.verified() ? " verified" : " not verified")
                        .suffix(": ", e.detail());
                case InboundCertificateRequired e -> icid(e.icid()).text("TLS client certificate was required but ").value(e.detail());
                case Login e -> text("SMTP Auth: (ICID ").id(e.icid()).text(e.succeeded() ? ") succeeded" : ") failed").text(" for user: ").value(e.user())
                        .text(" using mechanism: ").value(e.mechanism()).suffix(": ", e.detail());
                case Proxied e -> icid(e.icid()).text("by proxy ").value(e.proxy());
                case ProxyRefused e -> text("Listener ").value(e.listener()).text(": connection from proxy ").value(e.proxy()).text(" closed: ").value(e.reason());
                case StartMessage e -> text("Start MID ").id(e.mid()).text(" ICID ").id(e.icid());
                case From e -> mid(e.mid()).icid(e.icid()).text("From: <").value(e.sender()).text(">");
                case To e -> mid(e.mid()).icid(e.icid()).text("RID ").id(e.rid()).text(" To: <").value(e.recipient()).text(">");
                case RecipientRejected e -> icid(e.icid()).text("To: <").value(e.recipient()).text("> ").value(e.reason());
                case DelayedReject e -> icid(e.icid()).text("Delayed HAT REJECT continuing session for recipient logging (").value(e.address()).text(")");
                case DelayedRejectSender e -> icid(e.icid()).text("Delayed HAT REJECT Message from: ").value(e.sender()).text(" (").value(e.address()).text(")");
                case DelayedRejectRecipient e -> icid(e.icid()).text("Delayed HAT REJECT Message recipient: <").value(e.recipient()).text("> (").value(e.address())
                        .text(")");
                case HarvestAttack e -> icid(e.icid()).text(e.dropped() ? "Dropping connection due to potential" : "Potential")
                        .text(" Directory Harvest Attack from host=('").value(e.address()).text("', '").value(e.hostName()).text("'), dhap_limit=").id(e.limit())
                        .text(", sender_group=").value(e.senderGroup()).text(", listener=").value(e.listener()).text(", rcpt=<").value(e.recipient()).text(">");
                case MessageId e -> mid(e.mid()).text("Message-ID '").value(e.messageId()).text("'");
                case TlsDemand e -> mid(e.mid()).value(e.demand());
                case MessageReady e -> mid(e.mid()).text("ready ").id(e.bytes()).text(" bytes from <").value(e.sender()).text(">");
                case MessageQueued e -> mid(e.mid()).text("queued for delivery");
                case MessageAborted e -> text("Message aborted MID ").id(e.mid()).text(" ").value(e.reason());
                case InboundClosed e -> icid(e.icid()).text("close");
                case QueueAction e -> mid(e.mid()).value(e.action()).text(" by ").value(e.by());
                case PlanInForce e -> text("Plan ").value(e.revision()).text(" in force");
                case PlanRefused e -> text("Plan refused: ").value(e.reason());
                case ListenerOpened e -> text("Listener ").value(e.name()).text(" on ").value(e.address()).text(" opened");
                case ListenerClosed e -> text("Listener ").value(e.name()).text(" on ").value(e.address()).text(" closed");
                case Notice e -> value(e.message());
                case NewDelivery e -> text("New SMTP DCID ").id(e.dcid()).text(" interface ").value(e.interfaceAddress()).text(" address ").value(e.address())
                        .text(" port ").id(e.port());
                case DeliveryTls e -> dcid(e.dcid()).tlsSuccess(e.protocol(), e.cipher()).text(" for ").value(e.domain())
                        .text(e.verified() == null ? "" : e.verified() ? " verified" : " unverified").suffix(": ", e.detail());
                case DeliveryTlsFailed e -> dcid(e.dcid()).text("IP ").value(e.address()).text(" TLS failed").suffix(": ", e.reason());
                case DeliveryTlsRequired e -> dcid(e.dcid()).text("IP ").value(e.address()).text(" TLS was required but could not be successfully negotiated");
                case DeliveryInClear e -> dcid(e.dcid()).text("no TLS for ").value(e.domain()).suffix(": ", e.reason()).text(", message sent in clear");
                case DeliveryStart e -> text("Delivery start ").dcid(e.dcid()).mid(e.mid()).rids(e.rids());
                case DeliveryDone e -> text("Message done ").dcid(e.dcid()).mid(e.mid()).rids(e.rids()).quoted(" Response ", e.response());
                case DeliveryDelayed e -> text("Delayed: ").dcid(e.dcid()).mid(e.mid()).rids(e.rids()).text(" - ").value(e.status()).text(" - ")
                        .value(e.reason()).suffix(" - next attempt ", e.nextAttempt());
                case DeliveryBounced e -> text("Bounced: ").dcid(e.dcid()).mid(e.mid()).rids(e.rids()).text(" - ").value(e.status()).text(" - ")
                        .value(e.reason());
                case DeliveryClosed e -> dcid(e.dcid()).text("close");
                case ConnectionError e -> text("Connection Error: ").dcid(e.dcid()).text("domain: ").value(e.domain()).text(" IP: ").value(e.address())
                        .text(" port: ").id(e.port()).text(" details: ").value(e.reason());
                case BounceQueued e -> mid(e.mid()).text("bounce of MID ").id(e.of());
                case MessageFinished e -> text("Message finished MID ").id(e.mid()).text(" done");
            }
        }

        private Line text(String literal) {
            out.append(literal);
            return this;
        }

        private Line id(long number) {
            out.append(number);
            return this;
        }

        private Line value(String value) {
            Printable.append(out, value == null ? "unknown" : value);
            return this;
        }

        /** Nothing where there is no value. */
        private Line suffix(String before, String value) {
            return value == null || value.isEmpty() ? this : text(before).value(value);
        }

        private Line quoted(String before, String value) {
            return value == null || value.isEmpty() ? this : text(before).text("'").value(value).text("'");
        }

        private Line icid(long id) {
            return text("ICID ").id(id).text(" ");
        }

        private Line dcid(long id) {
            return text("DCID ").id(id).text(" ");
        }

        private Line mid(long id) {
            return text("MID ").id(id).text(" ");
        }

        private Line rids(List<Integer> rids) {
            return text("to RID ").text(rids.toString());
        }

        private Line tlsSuccess(String protocol, String cipher) {
            return text("TLS success protocol ").value(protocol).text(" cipher ").value(cipher);
        }
    }
}
