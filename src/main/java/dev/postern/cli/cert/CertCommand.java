package dev.postern.cli.cert;

import picocli.CommandLine.Command;

/** All about certificates. */
@Command(name = "cert", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", header = "Lists, makes, signs, imports, exports, renews and checks certificates.",
        description = {"Looks after the Certificates of a namespace, or with --folder after those of a folder of manifests.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  postern cert create mail --signing-request --dns-name mail.example.com", "  postern cert csr mail --out mail.csr", "  postern cert sign mail answer.p7b",
            "  postern cert check mail.example.com:25", "  postern cert list --folder manifests -o wide"},
        subcommands = {ListCommand.class, ShowCommand.class, CreateCommand.class, CsrCommand.class, SignCommand.class, ImportCommand.class, ExportCommand.class,
            RenewCommand.class, CheckCommand.class, DkimCommand.class})
public final class CertCommand {
    /** For {@code exitCodeListHeading}. */
    static final String EXIT_CODES = "%nExit codes:%n";
    static final String USAGE = "2:it cannot be done, or the command line is wrong";
}
