package dev.postern.cli.queue;

import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import picocli.CommandLine.Command;

/** Lets held messages go. */
@Command(name = "release", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES, exitCodeList = {QueueCommand.CHANGED, QueueCommand.LEFT, QueueCommand.USAGE},
        description = {"Lets messages that are on hold go on: at once where their time has come."},
        footer = {"", "Examples:", "  postern queue release 4711", "  postern queue release --held --destination partner.example"})
final class ReleaseCommand extends ChangeCommand {
    @Override
    QueueRequest request(Filter filter) {
        return of(Verb.RELEASE, filter);
    }

    @Override
    String done() {
        return "released";
    }

    @Override
    String unchanged() {
        return "not on hold";
    }
}
