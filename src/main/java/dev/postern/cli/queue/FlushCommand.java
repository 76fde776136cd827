package dev.postern.cli.queue;

import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import picocli.CommandLine.Command;

/** Does not wait for the schedule. */
@Command(name = "flush", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES, exitCodeList = {QueueCommand.CHANGED, QueueCommand.LEFT, QueueCommand.USAGE},
        description = {"Makes messages due now, whatever their schedule says. Without other choice than --destination or --all it means whole queues.",
            "Limits and rates of a destination hold, and one that is suspended stays so. Messages on hold stay on hold."},
        footer = {"", "Examples:", "  postern queue flush --destination partner.example", "  postern queue flush --all"})
final class FlushCommand extends ChangeCommand {
    @Override
    QueueRequest request(Filter filter) {
        return of(Verb.FLUSH, filter);
    }

    @Override
    String done() {
        return "made due now";
    }

    @Override
    String unchanged() {
        return "on hold, which release ends";
    }
}
