package dev.postern.gateway.smtp;

import dev.postern.gateway.smtp.ListenerMetrics.Rejection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Every way in which a client, its mail or a recipient is refused admission: the code, the text and the meter of each. The texts are
 * the appliance's where it has one. The {@code #} that it puts before enhanced status codes is left out, but for the one answer that every
 * tool knows with it: what is announced as ENHANCEDSTATUSCODES has its code first (RFC 2034). docs/admission.md shows them as a table.
 */
enum Denial {
    HostAccess(554, "5.7.1", "Your access to this mail system has been rejected.", Rejection.HostAccess, "greeting, of a client that is rejected", "rejectText of the policy"),
    HostAccessRecipient(554, "5.7.1", "Your access to this mail system has been rejected.", Rejection.DelayedReject, "RCPT, of a client that is rejected at its recipients", "rejectText of the policy"),
    ClientConnections(421, "4.4.5", "Too many connections from your host.", Rejection.ConnectionLimit, "greeting, beyond maxConnectionsPerClient", null),
    ListenerConnections(421, "4.4.5", "Too many connections to this listener.", Rejection.ConnectionLimit, "greeting, beyond the listener's 10,000 connections", null),
    TlsRequired(530, null, "#5.7.0 Must issue a STARTTLS command first", Rejection.TlsRequired, "any command but EHLO, NOOP, STARTTLS and QUIT, where TLS is required", null),
    CertificateRequired(530, "5.7.0", "a verified client certificate is required", Rejection.ClientCertificate, "MAIL, RCPT, DATA and VRFY, where a client certificate is required", null),
    AuthenticationRequired(530, "5.7.0", "Authentication required", Rejection.Authentication, "MAIL, RCPT, DATA and VRFY, where authentication is required", null),
    Messages(421, "4.7.0", "Too many messages for this session", Rejection.MessageLimit, "MAIL, beyond maxMessagesPerConnection; the connection ends", null),
    MessageSize(552, "5.3.4", "message size exceeds limit", Rejection.MessageSize, "MAIL with SIZE, or the end of the content, beyond maxMessageSize", null),
    HeaderSize(552, "5.3.4", "message header size exceeds limit", Rejection.MessageSize, "the end of the content, where its header is larger than " + HeaderScanner.MAX_HEADER + " octets", null),
    SpoolFull(452, "4.3.1", "insufficient system storage", Rejection.SpoolFull, "MAIL, or the end of the content, where the spool is full", null),
    Recipient(550, "5.1.0", "Address rejected.", Rejection.RecipientAccess, "RCPT, where recipientAccess does not accept the address", "rejectText of the entry"),
    RoutedRecipient(550, "5.1.0", "Address rejected.", Rejection.RoutedRecipient, "RCPT, where the local part names another destination (%, ! or @ in it)", null),
    Recipients(452, "4.5.3", "Too many recipients", Rejection.RecipientLimit, "RCPT, beyond maxRecipientsPerMessage", null),
    RecipientsPerHour(452, "4.7.1", "Too many recipients received this hour", Rejection.RecipientsPerHour, "RCPT, beyond maxRecipientsPerHour", null),
    InvalidRecipients(550, "5.7.1", "Too many invalid recipients", Rejection.InvalidRecipients,
            "RCPT, beyond maxInvalidRecipientsPerHour; the connection ends where dropConnectionOnInvalidRecipients", null),
    Errors(421, "4.7.0", "too many errors", Rejection.Errors, "any command, behind the 20th that was answered 5yz for its form or order; the connection ends", null),
    TarpitFull(421, "4.7.0", "too many errors", Rejection.TarpitFull, "any command whose answer was to be late, where the tarpit has no place left; the connection ends", null);

    /** A text that brings its own enhanced status code. */
    private static final Pattern CODED = Pattern.compile("#?[245]\\.\\d{1,3}\\.\\d{1,3} .*");

    private final int code;
    private final String status;
    private final String text;
    private final Rejection reason;
    private final String when;
    private final String otherText;

    Denial(int code, String status, String text, Rejection reason, String when, String otherText) {
        this.code = code;
        this.status = status;
        this.text = text;
        this.reason = reason;
        this.when = when;
        this.otherText = otherText;
    }

    /** In the standard words. */
    Reply reply() {
        return Reply.of(code, status, text);
    }

    /** In the words of a policy or an entry; the standard ones for null. */
    Reply reply(String words) {
        return words == null ? reply() : Reply.of(code, CODED.matcher(words).matches() ? null : status == null ? own() : status, words);
    }

    /** What it counts as. */
    Rejection reason() {
        return reason;
    }

    /** To what it is the answer, for people. */
    String when() {
        return when;
    }

    /** What can take the place of the text, for people; or null. */
    String otherText() {
        return otherText;
    }

    /** All of them, in the order of a session. */
    static List<Denial> all() {
        return List.of(values());
    }

    /** The code that the standard text has in it. */
    private String own() {
        return text.startsWith("#") ? text.substring(1, text.indexOf(' ')) : null;
    }
}
