package dev.postern.gateway.alert;

import dev.postern.gateway.delivery.Waiting;
import dev.postern.gateway.report.MailDate;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.gateway.report.TlsFailures.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the mails. What peers said is made printable ASCII and cut, so that nothing of it begins a header or a line of its own and
 * every server takes the message. Pure.
 */
final class AlertText {
    private static final int MAX_LINE = 900;
    private static final int LISTED = 100;
    private static final int WIDTH = 22;

    private AlertText() {
    }

    /**
     * Who writes to whom.
     *
     * @param instance the pod, or null where there is none
     * @param id       of the message, unique at this host name: letters, digits, dots, hyphens
     */
    record Head(String hostname, String instance, String from, List<String> recipients, Instant now, String id) {
    }

    /** A message with its subject, for the log. */
    record Composed(String subject, byte[] content) {
    }

    /** One alert; {@code waiting} is looked at where it is outbound. */
    static Composed one(Head head, Alert alert, Waiting waiting) {
        Failure failure = alert.latest();
        StringBuilder body = new StringBuilder();
        String subject = subject(head, alert.outbound() ? "delivery to " + failure.domain() : "listener " + failure.resource().name() + ", sender group " + failure.domain());
        line(body, alert.outbound() ? "Mail to " + failure.domain() + " was not sent: TLS is required, and it failed. The mail waits and is tried again."
                : "Mail was not taken: TLS is required of this sender group, and it failed.");
        line(body, "");
        gateway(body, head);
        field(body, failure.resource().kind(), name(failure));
        field(body, alert.outbound() ? "Destination domain" : "Sender group", failure.domain());
        String label = alert.hosts().size() == 1 ? "Host" : "Hosts";
        for (String host : alert.hosts()) {
            field(body, label, host);
            label = "";
        }
        field(body, "Stage", stage(failure.stage()));
        field(body, "Reason", failure.reason());
        field(body, "Detail", failure.detail() == null || failure.detail().isBlank() ? "-" : failure.detail());
        field(body, "Failures", alert.count() + (alert.again() ? " since the last mail about this" : ""));
        field(body, "First", MailDate.of(alert.first()));
        field(body, "Last", MailDate.of(alert.last()));
        if (alert.outbound()) {
            field(body, "Messages waiting", waiting(waiting));
        }
        line(body, "");
        line(body, "What to do");
        line(body, "");
        advice(alert).forEach(a -> line(body, "- " + a));
        return compose(head, subject, body);
    }

    /** Many at once, in one mail. */
    static Composed many(Head head, List<Alert> alerts, long untold) {
        StringBuilder body = new StringBuilder();
        line(body, "Required TLS failed for " + alerts.size() + " destination domains or sender groups at about the same time. This may have one cause here:");
        line(body, "a trust bundle, a client certificate, a relay, the network, or the clock.");
        line(body, "");
        gateway(body, head);
        line(body, "");
        alerts.stream().sorted(Comparator.comparingLong(Alert::count).reversed()).limit(LISTED).forEach(a -> line(body, (a.outbound() ? "delivery to " : "sender group ")
                + a.latest().domain() + ": " + a.count() + " times, " + a.latest().reason() + " " + stage(a.latest().stage()) + ", " + a.latest().resource().id()));
        if (alerts.size() > LISTED) {
            line(body, "and " + (alerts.size() - LISTED) + " more");
        }
        if (untold > 0) {
            line(body, "and " + untold + " failures of further domains, which are not told apart");
        }
        return compose(head, subject(head, "delivery to " + alerts.size() + " domains"), body);
    }

    private static Composed compose(Head head, String subject, StringBuilder body) {
        StringBuilder message = new StringBuilder();
        line(message, "From: Mail Gateway <" + head.from + ">");
        message.append("To: ").append(String.join(",\r\n\t", head.recipients)).append("\r\n");
        line(message, "Subject: " + subject);
        line(message, "Date: " + MailDate.of(head.now));
        line(message, "Message-ID: <" + head.id + "@" + head.hostname + ">");
        line(message, "Auto-Submitted: auto-generated");
        line(message, "X-Postern-Alert: TLSRequiredFailed");
        line(message, "MIME-Version: 1.0");
        line(message, "Content-Type: text/plain; charset=us-ascii");
        line(message, "Content-Transfer-Encoding: 7bit");
        line(message, "");
        return new Composed(subject, message.append(body).toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static String subject(Head head, String what) {
        return plain("Warning <System> " + head.hostname + ": TLS required failure, " + what);
    }

    private static void gateway(StringBuilder body, Head head) {
        field(body, "Gateway", head.hostname);
        if (head.instance != null) {
            field(body, "Pod", head.instance);
        }
    }

    private static String name(Failure failure) {
        String namespace = failure.resource().namespace();
        return namespace == null || namespace.isEmpty() ? failure.resource().name() : namespace + "/" + failure.resource().name();
    }

    private static String waiting(Waiting waiting) {
        List<String> parts = new ArrayList<>();
        if (!waiting.mids().isEmpty()) {
            parts.add("MID " + waiting.mids().stream().map(Object::toString).collect(Collectors.joining(", ")) + (waiting.more() > 0 ? " and " + waiting.more() + " more" : ""));
        }
        if (waiting.underWay() > 0) {
            parts.add(waiting.underWay() + " being tried at this moment");
        }
        return parts.isEmpty() ? "none any more" : String.join("; ", parts);
    }

    private static String stage(Stage stage) {
        return switch (stage) {
            case Policy -> "before a connection was made";
            case Ehlo -> "at EHLO";
            case Starttls -> "at STARTTLS";
            case Handshake -> "in the TLS handshake";
            case Verification -> "when the certificate was verified";
        };
    }

    private static List<String> advice(Alert alert) {
        Failure failure = alert.latest();
        String resource = failure.resource().kind() + " " + failure.resource().name();
        if (!alert.outbound()) {
            return List.of("Ask those who run the client to use STARTTLS, with a protocol and a certificate as the policy demands.",
                    "Or let the policy of the sender group in " + resource + " demand less.");
        }
        String look = switch (failure.stage()) {
            case Policy -> "See what " + failure.domain() + " publishes: its MX and TLSA records and their DNSSEC, and its MTA-STS policy.";
            case Ehlo, Starttls -> "Ask the postmaster of " + failure.domain() + " whether its servers offer STARTTLS; a firewall on the way may hide it.";
            case Handshake -> "See which protocols, cipher suites and client certificate the server wants.";
            case Verification -> "See whether the server's certificate has the expected name, is in date, and comes from an authority in the trust bundle.";
        };
        return List.of(look, "What the server shows: postern cert check HOST:25, with the host from above.",
                "If mail to " + failure.domain() + " may travel at a lower level, say so in " + resource + ": what waits is then sent at once.",
                "Nothing of it is sent below the required level meanwhile; it bounces at its maximum age (delivery.retry.maxAge).");
    }

    private static void field(StringBuilder out, String label, String value) {
        String name = label.isEmpty() ? "" : label + ":";
        line(out, name + " ".repeat(Math.max(1, WIDTH - name.length())) + value);
    }

    private static void line(StringBuilder out, String line) {
        out.append(plain(line)).append("\r\n");
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        text.chars().limit(MAX_LINE).forEach(c -> plain.append(c >= 32 && c < 127 ? (char) c : '?'));
        return text.length() > MAX_LINE ? plain.append("...").toString() : plain.toString();
    }
}
