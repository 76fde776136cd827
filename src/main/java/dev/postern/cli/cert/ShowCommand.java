package dev.postern.cli.cert;

import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.Printable;
import dev.postern.cli.tool.Table;
import dev.postern.pki.issue.SigningRequests;
import dev.postern.pki.path.SystemRoots;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One Certificate, with everything that a person may want to know of it. */
@Command(name = "show", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES, exitCodeList = {"0:it is shown", CertCommand.USAGE},
        description = {"Shows a Certificate: names, validity, fingerprints, the chain as it is served, conditions, an open signing request, listeners, and what each pod serves.",
            "Never the key."})
final class ShowCommand extends StoreCommand {
    @Parameters(paramLabel = "NAME", description = "The Certificate.")
    String name;
    @Mixin
    Output output;

    @Override
    int run(CertificateStore store) {
        Shown shown = Shown.of(store, get(store, name), SystemRoots.load(), clock.instant());
        switch (output.format) {
            case json, yaml -> out().print(output.structured(shown));
            case name -> out().print("certificate.postern.dev/" + name + "\n");
            default -> print(shown, new Lines(out()));
        }
        return OK;
    }

    private static void print(Shown shown, Lines lines) {
        Row row = shown.row();
        lines.line("Name", row.name());
        lines.line("Namespace", row.namespace());
        lines.line("Gateway", row.gateway());
        lines.line("Source", row.source());
        lines.line("Ready", row.ready() + (row.reason() == null ? "" : " (" + row.reason() + ")"));
        lines.line("Kept in", shown.secretName());
        lines.line("Renewal", shown.renewalTime());
        lines.line("Not readable", shown.unreadable());
        if (shown.certificate() != null) {
            shown.certificate().print(lines);
            lines.heading("Chain as served");
            Table chain = new Table("", "SUBJECT", "ISSUER", "NOT-AFTER");
            for (int i = 0; i < shown.chain().size(); i++) {
                chain.row(i + 1, shown.chain().get(i).subject(), shown.chain().get(i).issuer(), shown.chain().get(i).notAfter());
            }
            lines.table(chain);
        }
        if (shown.findings() != null && !shown.findings().isEmpty()) {
            lines.heading("Findings");
            shown.findings().forEach(f -> lines.item(f.kind() + ": " + f.message()));
        }
        if (!shown.conditions().isEmpty()) {
            lines.heading("Conditions");
            Table conditions = new Table("TYPE", "STATUS", "REASON", "MESSAGE");
            shown.conditions().forEach(c -> conditions.row(c.type(), c.status(), c.reason(), c.message()));
            lines.table(conditions);
        }
        if (shown.signingRequest() != null) {
            lines.heading("Signing request (" + asked(shown.signingRequest()) + ")");
            lines.text(shown.signingRequest());
        }
        if (!shown.listeners().isEmpty()) {
            lines.heading("Listeners");
            shown.listeners().forEach(l -> lines.item(l.listener() + ", port " + l.port() + (l.isDefault() ? ", its default" : "")));
        }
        if (!shown.pods().isEmpty()) {
            lines.heading("Pods");
            Table pods = new Table("POD", "USE", "SERVES", "ERROR");
            shown.pods().forEach(p -> pods.row(p.pod(), p.listener() == null ? "delivery" : "listener " + p.listener(), p.equal() ? "equal" : "different: " + String.join(" ", p.serves()), p.error()));
            lines.table(pods);
        }
    }

    private static String asked(String request) {
        try {
            var description = SigningRequests.parse(request);
            return "for " + Printable.line(description.subject() + " " + String.join(", ", description.dnsNames()));
        } catch (IllegalArgumentException e) {
            return "which cannot be read";
        }
    }
}
