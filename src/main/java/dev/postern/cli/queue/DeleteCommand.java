package dev.postern.cli.queue;

import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes messages out for good. */
@Command(name = "delete", aliases = "rm", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES,
        exitCodeList = {QueueCommand.CHANGED, QueueCommand.LEFT, "2:it cannot be done, it was not confirmed, or the command line is wrong"},
        description = {"Takes messages out of the queue for good. Asks first.",
            "With --destination or --recipient it takes out only the recipients that these mean; the others of the same messages stay, unless --whole is given."},
        footer = {"", "Examples:", "  postern queue delete 4711", "  postern queue delete --sender '<>' --older-than 1d --yes",
            "  postern queue delete --destination gone.example --bounce --text \"gone.example has ceased to exist\""})
final class DeleteCommand extends ChangeCommand {
    @Option(names = "--bounce", description = "Returns them to their senders: a notification with status 5.4.7, where one is due.")
    boolean bounce;
    @Option(names = "--text", paramLabel = "TEXT", description = "With --bounce: what the sender is told. Default: " + QueueRequest.DELETED)
    String text;
    @Option(names = "--whole", description = "All recipients of the messages, those too that --destination or --recipient do not mean.")
    boolean whole;
    @Option(names = "--yes", description = "Does not ask.")
    boolean yes;

    @Override
    QueueRequest request(Filter filter) {
        if (text != null && !bounce) {
            throw new IllegalArgumentException("text: senders are told only with --bounce");
        }
        QueueRequest request = of(Verb.DELETE, filter).whole(whole);
        return bounce ? request.bouncing(text) : request;
    }

    @Override
    boolean asksFirst() {
        return !yes;
    }

    @Override
    String done() {
        return bounce ? "returned to sender" : "deleted";
    }

    @Override
    String unchanged() {
        return "unchanged";
    }
}
