package dev.postern.gateway.delivery;

import dev.postern.gateway.report.MailDate;
import dev.postern.gateway.spool.Envelope;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Composes delivery status notifications (RFC 3462, RFC 3464; RFC 6533 where addresses are not ASCII). Pure. */
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
        boolean utf8 = !ascii(original.sender()) || reports.stream().anyMatch(r -> !ascii(r.address));
        boolean eightBit = utf8 || !ascii(returned);
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
        part(head, id, utf8 ? "text/plain; charset=utf-8" : "text/plain; charset=us-ascii", utf8);
        explain(head, reports, hostname);
        part(head, id, utf8 ? "message/global-delivery-status" : "message/delivery-status", utf8);
        status(head, original, reports, hostname);
        part(head, id, whole ? (utf8 ? "message/global" : "message/rfc822") : utf8 ? "message/global-headers" : "text/rfc822-headers", eightBit);
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + returned.length + 64);
        out.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(returned);
        out.writeBytes(("\r\n--=_" + id + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return new Composed(out.toByteArray(), eightBit, utf8);
    }

    private static String subject(List<Report> reports) {
        if (reports.stream().anyMatch(r -> r.action == Action.failed)) {
            return "Delivery Status Notification (Failure)";
        }
        return reports.stream().anyMatch(r -> r.action == Action.delayed) ? "Delivery Status Notification (Delay)" : "Delivery Status Notification (Success)";
    }

    private static void explain(StringBuilder out, List<Report> reports, String hostname) {
        line(out, "This is the mail gateway at " + hostname + ".");
        for (Report report : reports) {
            line(out, "");
            line(out, switch (report.action) {
                case failed -> "Your message could not be delivered to:";
                case delayed -> "Your message is not delivered yet, and will be tried until " + MailDate.of(Instant.ofEpochMilli(report.retryUntil)) + ", to:";
                case relayed -> "Your message was handed to a server that sends no notification of its own, for:";
            });
            line(out, "");
            line(out, "    <" + report.address + ">");
            line(out, "    " + plain(report.text));
        }
        line(out, "");
    }

    private static void status(StringBuilder out, Envelope original, List<Report> reports, String hostname) {
        line(out, "Reporting-MTA: dns; " + hostname);
        if (original.envid() != null) {
            line(out, "Original-Envelope-Id: " + plain(xtext(original.envid())));
        }
        line(out, "Arrival-Date: " + MailDate.of(Instant.ofEpochMilli(original.receivedAt())));
        for (Report report : reports) {
            line(out, "");
            if (report.orcpt != null && report.orcpt.indexOf(';') > 0) {
                int semicolon = report.orcpt.indexOf(';');
                line(out, "Original-Recipient: " + plain(report.orcpt.substring(0, semicolon)) + "; " + plain(xtext(report.orcpt.substring(semicolon + 1))));
            }
            line(out, "Final-Recipient: " + (ascii(report.address) ? "rfc822" : "utf-8") + "; " + report.address);
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

    private static void part(StringBuilder out, String id, String type, boolean eightBit) {
        line(out, "--=_" + id);
        line(out, "Content-Type: " + type);
        if (eightBit) {
            line(out, "Content-Transfer-Encoding: 8bit");
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
    private static String plain(String text) {
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
