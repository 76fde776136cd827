package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailDate;
import dev.postern.gateway.smtp.client.Orcpt;
import dev.postern.gateway.smtp.client.QuotedPrintable;
import dev.postern.gateway.spool.Envelope;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Composes delivery status notifications (RFC 3462, RFC 3464; RFC 6533 where the sender's address is not ASCII). Pure. */
final class Dsn {

    private Dsn() {
    }

    /** Action of RFC 3464 section 2.3.3. */
    enum Action { failed, delayed, relayed }

    /**
     * What became of one recipient.
     *
     * @param orcpt      as received, or null
     * @param reply      whether {@code text} is the reply of {@code host}
     * @param host       the server, or null
     * @param retryUntil milliseconds since the epoch; of use where delayed
     */
    record Report(String address, String orcpt, Action action, String status, String text, boolean reply, String host, long retryUntil) {
    }

    /** A body and whether it needs 8BITMIME and SMTPUTF8. */
    record Composed(byte[] body, boolean eightBit, boolean smtpUtf8) {
    }

    /**
     * Composes one.
     *
     * @param original the message concerned
     * @param returned its headers with the empty line behind them, or the whole of it; line ends CRLF
     * @param whole    whether {@code returned} is the whole message
     * @param hostname of this gateway
     * @param id       unique, of letters, digits, dots and hyphens: boundary and Message-ID
     */
    static Composed compose(Envelope original, List<Report> reports, byte[] returned, boolean whole, String hostname, Instant now, String id) {
        // Only a sender whose own address needs it is sent what only SMTPUTF8 can carry: the notification must reach everybody else, too.
        boolean utf8 = !ascii(original.sender());
        boolean words = reports.stream().allMatch(r -> ascii(r.address));
        Returned third = Returned.of(returned, whole, utf8);
        boolean eightBit = utf8 || third.eightBit();
        StringBuilder head = new StringBuilder();
        line(head, "From: Mail Delivery System <MAILER-DAEMON@" + hostname + ">");
        line(head, "To: <" + original.sender() + ">");
        line(head, "Subject: " + subject(reports));
        line(head, "Date: " + MailDate.of(now));
        line(head, "Message-ID: <" + id + "@" + hostname + ">");
        line(head, "Auto-Submitted: auto-replied");
        line(head, "MIME-Version: 1.0");
        line(head, "Content-Type: multipart/report; report-type=" + (utf8 ? "global-delivery-status" : "delivery-status") + ";");
        line(head, "\tboundary=\"=_" + id + "\"");
        if (eightBit) {
            line(head, "Content-Transfer-Encoding: 8bit");
        }
        line(head, "");
        StringBuilder text = new StringBuilder();
        DsnWords.write(text, reports, hostname);
        part(head, id, words ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8", words ? null : utf8 ? "8bit" : "quoted-printable");
        head.append(words || utf8 ? text : QuotedPrintable.text(text.toString().getBytes(StandardCharsets.UTF_8)));
        part(head, id, utf8 ? "message/global-delivery-status" : "message/delivery-status", utf8 ? "8bit" : null);
        status(head, original, reports, hostname, utf8);
        part(head, id, third.type(), third.encoding());
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + returned.length + 64);
        out.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(third.body());
        out.writeBytes(("\r\n--=_" + id + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return new Composed(out.toByteArray(), eightBit, utf8);
    }

    /** The third part: what goes back of the message. Only a whole message with octets above 127 in its body has to stay as it is. */
    private record Returned(String type, String encoding, byte[] body, boolean eightBit) {
        static Returned of(byte[] returned, boolean whole, boolean utf8) {
            if (ascii(returned)) {
                return new Returned(utf8 ? whole ? "message/global" : "message/global-headers" : whole ? "message/rfc822" : "text/rfc822-headers", null, returned, false);
            }
            if (utf8) {
                return new Returned(whole ? "message/global" : "message/global-headers", "8bit", returned, true);
            }
            if (whole && ascii(Notifier.headers(returned))) {
                return new Returned("message/rfc822", "8bit", returned, true);
            }
            // RFC 6532 section 3.7 lets message/global be encoded, as any text may be.
            return new Returned(whole ? "message/global" : "text/rfc822-headers", "quoted-printable", QuotedPrintable.text(returned).getBytes(StandardCharsets.US_ASCII), false);
        }
    }

    private static String subject(List<Report> reports) {
        if (reports.stream().anyMatch(r -> r.action == Action.failed)) {
            return "Delivery Status Notification (Failure)";
        }
        return reports.stream().anyMatch(r -> r.action == Action.delayed) ? "Delivery Status Notification (Delay)" : "Delivery Status Notification (Success)";
    }

    private static void status(StringBuilder out, Envelope original, List<Report> reports, String hostname, boolean utf8) {
        line(out, "Reporting-MTA: dns; " + hostname);
        if (original.envid() != null) {
            line(out, "Original-Envelope-Id: " + plain(xtext(original.envid())));
        }
        line(out, "Arrival-Date: " + MailDate.of(Instant.ofEpochMilli(original.receivedAt())));
        for (Report report : reports) {
            line(out, "");
            if (report.orcpt != null && report.orcpt.indexOf(';') > 0) {
                int semicolon = report.orcpt.indexOf(';');
                line(out, "Original-Recipient: " + plain(report.orcpt.substring(0, semicolon)) + "; " + original(report.orcpt.substring(0, semicolon), report.orcpt.substring(semicolon + 1), utf8));
            }
            line(out, "Final-Recipient: " + (ascii(report.address) ? "rfc822; " + report.address : "utf-8; " + (utf8 ? report.address : Orcpt.ascii(report.address))));
            line(out, "Action: " + report.action);
            line(out, "Status: " + report.status);
            if (report.host != null) {
                line(out, "Remote-MTA: dns; " + plain(report.host));
            }
            line(out, "Diagnostic-Code: " + (report.reply ? "smtp; " : "x-postern; ") + plain(report.text));
            if (report.action == Action.delayed) {
                line(out, "Will-Retry-Until: " + MailDate.of(Instant.ofEpochMilli(report.retryUntil)));
            }
        }
        line(out, "");
    }

    /** What ORCPT said; an address of type utf-8 stays in the form in which it came, or in that which is ASCII (RFC 6533 section 3). */
    private static String original(String type, String address, boolean utf8) {
        if (type.equalsIgnoreCase("utf-8")) {
            return utf8 ? address : Orcpt.ascii(address);
        }
        return plain(xtext(address));
    }

    private static void part(StringBuilder out, String id, String type, String encoding) {
        line(out, "--=_" + id);
        line(out, "Content-Type: " + type);
        if (encoding != null) {
            line(out, "Content-Transfer-Encoding: " + encoding);
        }
        line(out, "");
    }

    private static void line(StringBuilder out, String line) {
        out.append(line).append("\r\n");
    }

    /** Decodes xtext (RFC 3461 section 4); what is no xtext stays as it is. */
    static String xtext(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+' && i + 2 < text.length() && Character.digit(text.charAt(i + 1), 16) >= 0 && Character.digit(text.charAt(i + 2), 16) >= 0) {
                decoded.append((char) (Character.digit(text.charAt(i + 1), 16) * 16 + Character.digit(text.charAt(i + 2), 16)));
                i += 2;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    /** What others wrote, as one line of printable ASCII: nothing of it may begin a header of its own. */
    static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.chars().forEach(c -> plain.append(c >= 32 && c < 127 ? (char) c : '?'));
        return plain.toString();
    }

    private static boolean ascii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    private static boolean ascii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}
