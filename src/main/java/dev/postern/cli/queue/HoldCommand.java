package dev.postern.cli.queue;

import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import picocli.CommandLine.Command;

/** Keeps messages back. */
@Command(name = "hold", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES, exitCodeList = {QueueCommand.CHANGED, QueueCommand.LEFT, QueueCommand.USAGE},
        description = {"Keeps messages back until they are released: they are not tried, do not grow too old, and stay over restarts.",
            "It is for messages that are there now. To keep everything for a destination back, set suspend: true in its DestinationControl."},
        footer = {"", "Examples:", "  postern queue hold 4711 4712", "  postern queue hold --sender .spammer.example"})
final class HoldCommand extends ChangeCommand {
    @Override
    QueueRequest request(Filter filter) {
        return of(Verb.HOLD, filter);
    }

    @Override
    String done() {
        return "held";
    }

    @Override
    String unchanged() {
        return "on hold already";
    }
}
