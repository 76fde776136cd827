package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.report.MailDate;
import dev.postern.gateway.tlsrpt.DkimSigner.Field;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Writes a report as a message (RFC 8460 section 5.3), signed. Pure. */
final class ReportMessage {
    private static final int BASE64_LINE = 76;

    private ReportMessage() {
    }

    /**
     * The message, in ASCII, line ends CRLF.
     *
     * @throws GeneralSecurityException where the key cannot sign
     */
    static byte[] compose(Report report, String from, String to, DkimSigner signer, Instant now) throws GeneralSecurityException {
        String boundary = "=_" + report.id();
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("From", "<" + from + ">"));
        fields.add(new Field("To", "<" + to + ">"));
        fields.add(new Field("Date", MailDate.of(now)));
        fields.add(new Field("Subject", "Report Domain: " + report.domain() + "\r\n\tSubmitter: " + report.submitter() + "\r\n\tReport-ID: <" + report.reportId() + ">"));
        fields.add(new Field("Message-ID", "<" + report.reportId() + ">"));
        fields.add(new Field("TLS-Report-Domain", report.domain()));
        fields.add(new Field("TLS-Report-Submitter", report.submitter()));
        fields.add(new Field("TLS-Required", "No"));   // RFC 8689 section 5: so does the report arrive where the policy is what fails
        fields.add(new Field("Auto-Submitted", "auto-generated"));
        fields.add(new Field("MIME-Version", "1.0"));
        fields.add(new Field("Content-Type", "multipart/report; report-type=\"tlsrpt\";\r\n\tboundary=\"" + boundary + "\""));
        byte[] body = body(report, boundary).getBytes(StandardCharsets.US_ASCII);
        StringBuilder head = new StringBuilder("DKIM-Signature: ").append(signer.sign(fields, body, now)).append("\r\n");
        fields.forEach(f -> head.append(f.name()).append(": ").append(f.value()).append("\r\n"));
        return (head.append("\r\n") + new String(body, StandardCharsets.US_ASCII)).getBytes(StandardCharsets.US_ASCII);
    }

    private static String body(Report report, String boundary) {
        return "--" + boundary + "\r\n"
                + "Content-Type: text/plain; charset=us-ascii\r\n"
                + "\r\n"
                + "This is a report of SMTP TLS from " + report.submitter() + " about " + report.domain() + ",\r\n"
                + "for " + report.day() + " (UTC). It is sent because the domain asks for it at _smtp._tls\r\n"
                + "in DNS (RFC 8460).\r\n"
                + "--" + boundary + "\r\n"
                + "Content-Type: application/tlsrpt+gzip\r\n"
                + "Content-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment;\r\n\tfilename=\"" + report.fileName() + "\"\r\n"
                + "\r\n"
                + Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\r', '\n'}).encodeToString(report.gzip()) + "\r\n"
                + "--" + boundary + "--\r\n";
    }
}
