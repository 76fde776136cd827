package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.cert.store.OwnFiles;
import dev.postern.cli.tool.ToolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The signing request of a Certificate, for the authority. */
@Command(name = "csr", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:here it is", "1:there is none", CertCommand.USAGE},
        description = "Prints the signing request (PKCS#10, PEM) of a Certificate of source signingRequest: the one that awaits its answer, or the one that was answered last.")
final class CsrCommand extends StoreCommand {
    @Parameters(paramLabel = "NAME", description = "The Certificate.")
    String name;
    @Option(names = "--out", paramLabel = "FILE", description = "Writes it there instead of standard output.")
    Path file;

    @Override
    int run(CertificateStore store) {
        Certificate certificate = get(store, name);
        String request = certificate.getStatus() == null ? null : certificate.getStatus().signingRequest;
        if (certificate.getSpec().source.signingRequest == null) {
            say("Certificate '" + name + "' is of source " + Row.source(certificate.getSpec().source) + ": it makes no signing requests");
            return NEGATIVE;
        }
        if (request == null) {
            say("Certificate '" + name + "' has no signing request yet; " + (where.folder == null ? "the operator" : "postern run") + " makes it");
            return NEGATIVE;
        }
        if (Waiting.condition(certificate, ConditionTypes.ISSUING) == null) {
            say("this request was answered already; it may be signed again, for the same key");
        }
        String text = request.endsWith("\n") ? request : request + "\n";
        if (file == null) {
            out().print(text);
            return OK;
        }
        try {
            OwnFiles.write(file, text.getBytes(StandardCharsets.US_ASCII), false);
        } catch (IOException e) {
            throw new ToolException(file + " cannot be written: " + e);
        }
        return OK;
    }
}
