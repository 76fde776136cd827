package dev.postern.cli.cert;

import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.Table;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The Certificates, a line each. */
@Command(name = "list", aliases = "ls", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES, exitCodeList = {"0:they are listed", CertCommand.USAGE},
        description = "Lists Certificates: until when they last, in days too, and whether they are in force. A folder's status is computed from the manifests and the data folder.")
final class ListCommand extends StoreCommand {
    @Mixin
    Output output;

    @Override
    int run(CertificateStore store) {
        Instant now = clock.instant();
        List<Row> rows = store.list().stream().map(c -> Row.of(c, now)).toList();
        if (output.isStructured()) {
            out().print(output.structured(rows));
        } else if (output.format == Output.Format.name) {
            rows.forEach(row -> out().print("certificate.postern.dev/" + row.name() + "\n"));
        } else if (rows.isEmpty()) {
            say("there are no Certificates in " + store.place());
        } else {
            out().print(table(rows, output.format == Output.Format.wide));
        }
        return OK;
    }

    private static Table table(List<Row> rows, boolean wide) {
        if (!wide) {
            Table table = new Table("NAME", "GATEWAY", "SOURCE", "NOT-AFTER", "DAYS", "READY", "REASON");
            rows.forEach(r -> table.row(r.name(), r.gateway(), r.source(), r.notAfter(), r.daysLeft(), r.ready(), r.reason()));
            return table;
        }
        Table table = new Table("NAME", "GATEWAY", "SOURCE", "NOT-AFTER", "DAYS", "READY", "REASON", "KEY", "FINGERPRINT", "VERIFIABLE", "NAMES", "ISSUER");
        rows.forEach(r -> table.row(r.name(), r.gateway(), r.source(), r.notAfter(), r.daysLeft(), r.ready(), r.reason(), r.keyAlgorithm(), r.fingerprint(), r.verifiable(),
                r.dnsNames(), r.issuer()));
        return table;
    }
}
