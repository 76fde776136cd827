package dev.postern.cli.user;

import picocli.CommandLine.Command;

/** All about the users that log in. */
@Command(name = "user", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", header = "Makes users of SMTP AUTH.",
        footerHeading = "%nExamples:%n",
        footer = {"  postern user verifier app",
            "  postern user verifier app < password-file | kubectl create secret generic app-users --from-file=app=/dev/stdin",
            "  postern user verifier --line billing@example.com >> users"},
        subcommands = VerifierCommand.class)
public final class UserCommand {
}
