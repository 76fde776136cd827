package dev.postern.cli.queue;

import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sends messages another way. */
@Command(name = "reroute", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES, exitCodeList = {QueueCommand.CHANGED, QueueCommand.LEFT, QueueCommand.USAGE},
        description = {"Sends messages to another server in place of their destinations' own. What the destinations ask of TLS goes with them: where the server does not meet it, they wait.",
            "A message that also has recipients which --destination or --recipient do not mean is left alone, unless --whole is given.",
            "To send everything for a destination another way, set route in its DestinationControl."},
        footer = {"", "Examples:", "  postern queue reroute --destination partner.example --to backup.partner.example", "  postern queue reroute --destination partner.example --back"})
final class RerouteCommand extends ChangeCommand {
    @ArgGroup(multiplicity = "1")
    Way way;
    @Option(names = "--whole", description = "With all recipients of the messages.")
    boolean whole;

    /** Where to. */
    static final class Way {
        @Option(names = "--to", required = true, paramLabel = "HOST[:PORT]", description = "The server: a name, which is not looked up for MX records, or an address; IPv6 with a port as [ADDRESS]:PORT.")
        String to;
        @Option(names = "--back", required = true, description = "By the way of their destinations again.")
        boolean back;
    }

    @Override
    QueueRequest request(Filter filter) {
        if (way.to != null && way.to.isBlank()) {
            throw new IllegalArgumentException("to: it is empty");
        }
        try {
            return of(Verb.REROUTE, filter).whole(whole).via(way.to);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage().replaceFirst("^route", "to"), e);
        }
    }

    @Override
    String done() {
        return way.back ? "routed as their destinations" : "rerouted to " + way.to;
    }

    @Override
    String unchanged() {
        return "going that way already";
    }
}
