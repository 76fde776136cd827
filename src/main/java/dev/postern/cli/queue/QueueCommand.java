package dev.postern.cli.queue;

import picocli.CommandLine.Command;

/** The mail that waits. */
@Command(name = "queue", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
        description = {"Looks at the mail that waits, and changes it.",
            "Without options it is the gateway that postern run keeps in postern-data, or in a pod the pod's own; --folder names another data folder, and --gateway the pods of a "
                + "MailGateway. A folder that no gateway uses is opened directly."},
        footer = {"", "Every command chooses messages by the same options; where several are given, a message has to meet all of them.",
            "To keep mail for a destination back for good, set suspend: true in its DestinationControl: hold is for messages that are there now."},
        subcommands = {ListCommand.class, ShowCommand.class, HoldCommand.class, ReleaseCommand.class, FlushCommand.class, DeleteCommand.class, RerouteCommand.class, WireCommand.class})
public final class QueueCommand {
    static final String EXIT_CODES = "%nExit codes:%n";
    static final String USAGE = "2:it cannot be done, or the command line is wrong";
    static final String CHANGED = "0:done, or there was nothing to do";
    static final String LEFT = "1:some messages were left as they are: they were being delivered, or could not be changed";
}
