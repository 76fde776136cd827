package dev.postern.cli;

import dev.postern.cli.cert.CertCommand;
import dev.postern.cli.queue.QueueCommand;
import dev.postern.cli.tls.TlsCommand;
import dev.postern.cli.trace.TraceCommand;
import dev.postern.cli.user.UserCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The root of the command line. */
@Command(name = "postern", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "An SMTP gateway and the Kubernetes operator that manages it.",
        subcommands = {OperatorCommand.class, GatewayCommand.class, RunCommand.class, CheckCommand.class, CertCommand.class, TlsCommand.class, QueueCommand.class, TraceCommand.class, UserCommand.class,
            HealthCommand.class, CompletionCommand.class, HelpCommand.class})
final class PosternCommand {
}
