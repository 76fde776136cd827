package dev.postern.gateway.delivery;

import dev.postern.gateway.delivery.Dsn.Action;
import dev.postern.gateway.delivery.Dsn.Report;
import dev.postern.gateway.report.MailDate;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a notification says to a person: what happened, why in plain words, and what the server said. Pure. */
final class DsnWords {
    /** By the last two numbers of the status (RFC 3463), or by the middle one alone. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("1.1", "There is no mailbox of this name. Check the address for mistakes."),
            Map.entry("1.2", "The domain of this address does not exist, or takes no mail. Check the address for mistakes."),
            Map.entry("1.3", "The address is not written as addresses are. Check it for mistakes."),
            Map.entry("1.10", "The domain of this address takes no mail at all."),
            Map.entry("1", "The address was refused. Check it for mistakes."),
            Map.entry("2.1", "The mailbox takes no mail at present."),
            Map.entry("2.2", "The mailbox is full."),
            Map.entry("2.3", "The message is larger than the mailbox takes."),
            Map.entry("2", "The mailbox does not take the message."),
            Map.entry("3.4", "The message is larger than the server takes."),
            Map.entry("3", "The mail system of the destination, or this gateway, could not handle the message."),
            Map.entry("4.1", "No server of the destination answered."),
            Map.entry("4.3", "The servers of the destination could not be found, as the DNS gave no answer."),
            Map.entry("4.4", "The servers of the destination could not be found."),
            Map.entry("4.6", "The message goes round in a loop."),
            Map.entry("4.7", "It was tried again and again, and the time for that is over."),
            Map.entry("4", "There was trouble on the way to the destination."),
            Map.entry("6.7", "The address has characters that a server on the way does not know."),
            Map.entry("6.9", "The message has a header with characters that a server on the way does not know."),
            Map.entry("6", "The message is of a kind that a server on the way does not take."),
            Map.entry("7.0", "Those who run the mail system returned it."),
            Map.entry("7.10", "It must be sent encrypted, and no encrypted way was found."),
            Map.entry("7.30", "It must be sent encrypted all the way, and a server on the way does not promise that."),
            Map.entry("7", "The server refuses it by its rules. Only those who run it can tell why."));

    private DsnWords() {
    }

    static void write(StringBuilder out, List<Report> reports, String hostname) {
        line(out, "This is the mail gateway at " + hostname + ".");
        for (Report report : reports) {
            line(out, "");
            line(out, switch (report.action()) {
                case failed -> "Your message could not be delivered, and will not be tried again, to:";
                case delayed -> "Your message is not delivered yet, and will be tried until " + MailDate.of(Instant.ofEpochMilli(report.retryUntil()))
                        + ", to:";
                case relayed -> "Your message was handed to a server that sends no notification of its own, for:";
            });
            line(out, "");
            line(out, "    <" + report.address() + ">");
            if (report.action() != Action.relayed) {
                line(out, "    " + reason(report.status()));
            }
            line(out, "    " + (report.reply() && report.host() != null ? "The server " + Dsn.plain(report.host()) + " said: " : "In detail: ")
                    + Dsn.plain(report.text()));
        }
        line(out, "");
        line(out, "What follows is a report for programs, and the beginning of your message or all of it.");
        line(out, "");
    }

    static String reason(String status) {
        String[] numbers = status.split("\\.");
        String exact = numbers.length == 3 ? REASONS.get(numbers[1] + "." + numbers[2]) : null;
        String found = exact != null ? exact : numbers.length == 3 ? REASONS.get(numbers[1]) : null;
        return found != null ? found : status.startsWith("5") ? "The server refuses the message for good." : "The server does not take the message now.";
    }

    private static void line(StringBuilder out, String line) {
        out.append(line).append("\r\n");
    }
}
