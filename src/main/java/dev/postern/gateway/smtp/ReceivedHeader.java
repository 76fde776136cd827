package dev.postern.gateway.smtp;

import dev.postern.gateway.report.MailDate;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;

/**
 * The trace field that a server adds (RFC 5321 section 4.4; protocol names of RFC 3848 and RFC 6531). Pure.
 *
 * @param clientName what the client called itself
 * @param hostName   its forward-confirmed host name, or null
 * @param by         name of this server
 * @param esmtp      whether it said EHLO
 * @param utf8       whether the message came under SMTPUTF8
 * @param tls        {@code PROTOCOL CIPHER}, or null without TLS
 * @param login      whether the client had logged in
 * @param recipient  the only recipient, or null where there are several
 */
record ReceivedHeader(String clientName, String hostName, InetAddress address, String by, boolean esmtp, boolean utf8, String tls, boolean login, long mid,
        String recipient, Instant time) {

    /** Follows the server's name: by it, a server knows its own trace fields again. */
    static final String PRODUCT = " (Postern)";

    /** The field, folded, with its last CRLF. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Received: from ").append(clientName)
                .append(" (").append(hostName == null ? "unknown" : hostName).append(" [").append(literal(address)).append("])\r\n");
        if (tls != null) {
            text.append("\t(using ").append(tls).append(")\r\n");
        }
        text.append("\tby ").append(by).append(PRODUCT).append(" with ").append(protocol()).append(" id ").append(mid);
        if (recipient != null) {
            text.append("\r\n\tfor <").append(recipient).append('>');
        }
        if (tls != null) {
            text.append("\r\n\ttls ").append(tls, tls.lastIndexOf(' ') + 1, tls.length());   // RFC 8314 section 4.3
        }
        return text.append(";\r\n\t").append(MailDate.of(time)).append("\r\n").toString();
    }

    /** An address as it stands in a literal: {@code 192.0.2.1} or {@code IPv6:2001:db8::1}. */
    static String literal(InetAddress address) {
        return address instanceof Inet6Address ? "IPv6:" + address.getHostAddress() : address.getHostAddress();
    }

    private String protocol() {
        if (!esmtp && !utf8) {
            return "SMTP";
        }
        return (utf8 ? "UTF8SMTP" : "ESMTP") + (tls == null ? "" : "S") + (login ? "A" : "");
    }
}
