package dev.postern.cli.tls;

import picocli.CommandLine.Command;

/** All about the TLS of other mail servers. */
@Command(name = "tls", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", header = "Verifies the TLS of destinations.",
        footerHeading = "%nExamples:%n",
        footer = {"  postern tls verify example.com -n mail", "  postern tls verify example.com --folder manifests", "  postern tls verify example.com --mode RequiredVerify --dane Opportunistic",
            "  kubectl exec mail-0 -- postern tls verify example.com"},
        subcommands = VerifyCommand.class)
public final class TlsCommand {
}
