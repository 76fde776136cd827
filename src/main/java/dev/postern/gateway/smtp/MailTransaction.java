package dev.postern.gateway.smtp;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.gateway.tls.MessageTls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A mail transaction (RFC 5321 section 3.3) from MAIL to the end of its content. Not for use by many threads. */
final class MailTransaction {
    private final SmtpCommand.Mail mail;
    private final Spool.Incoming incoming;
    private final List<Envelope.Recipient> recipients = new ArrayList<>();
    private final Map<Envelope.Recipient, Integer> rids = new HashMap<>();
    private int named;

    MailTransaction(SmtpCommand.Mail mail, Spool.Incoming incoming) {
        this.mail = mail;
        this.incoming = incoming;
    }

    /** Of a client whose recipients are all rejected: nothing is begun in the spool. */
    static MailTransaction withoutMessage(SmtpCommand.Mail mail) {
        return new MailTransaction(mail, null);
    }

    boolean hasMessage() {
        return incoming != null;
    }

    SmtpCommand.Mail mail() {
        return mail;
    }

    Spool.Incoming incoming() {
        return incoming;
    }

    long mid() {
        return incoming.mid();
    }

    List<Envelope.Recipient> recipients() {
        return recipients;
    }

    /** RCPT commands that were answered 250: limits are about these. */
    int named() {
        return named;
    }

    /**
     * A recipient who is named twice gets the message once; twice with other wishes for reports is two.
     *
     * @return the RID
     */
    int add(String address, SmtpCommand.Rcpt rcpt) {
        named++;
        int at = address.lastIndexOf('@');
        Envelope.Recipient same = recipient(address.substring(0, at + 1) + address.substring(at + 1).toLowerCase(Locale.ROOT), rcpt);
        Integer before = rids.putIfAbsent(same, recipients.size());
        if (before != null) {
            return before;
        }
        recipients.add(recipient(address, rcpt));
        return recipients.size() - 1;
    }

    private static Envelope.Recipient recipient(String address, SmtpCommand.Rcpt rcpt) {
        return new Envelope.Recipient(address, Envelope.State.PENDING, 0, 0, null, null, rcpt.dsnNotify(), rcpt.orcpt());
    }

    /**
     * The envelope, every recipient due at once.
     *
     * @param tlsOptional whether the header says {@code TLS-Required: No}; REQUIRETLS rules it out (RFC 8689 section 4.1)
     */
    Envelope envelope(long receivedAt, long size, boolean eightBitSeen, boolean tlsOptional, String listener, Envelope.Origin origin) {
        List<Envelope.Recipient> due = recipients.stream()
                .map(r -> r.with(Envelope.State.PENDING, 0, receivedAt, null, null)).toList();
        return new Envelope(mid(), receivedAt, mail.sender().address(), size, mail.eightBit() || eightBitSeen, mail.smtpUtf8(), mail.ret(),
                mail.envid(), listener, due, tls(tlsOptional), origin, false, null);
    }

    private MessageTls tls(boolean optional) {
        return mail.requireTls() ? MessageTls.REQUIRED : optional ? MessageTls.OPTIONAL : MessageTls.DESTINATION;
    }
}
