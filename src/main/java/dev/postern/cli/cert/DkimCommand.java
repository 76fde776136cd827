package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.DkimRecord;
import dev.postern.pki.HostNames;
import dev.postern.pki.KeyPairs;
import java.security.PublicKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The DKIM record of a Certificate's key, for the zone. */
@Command(name = "dkim", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:here it is", "1:there is no certificate yet, or DKIM cannot use its key", CertCommand.USAGE},
        description = "Prints the DKIM record (TXT) of a Certificate's key as a line for the zone: what MailGateway spec.tlsReporting.dkim needs published.")
final class DkimCommand extends StoreCommand {
    /** Upper bound of one string of a TXT record (RFC 1035 section 3.3). */
    private static final int STRING = 255;

    @Parameters(paramLabel = "NAME", description = "The Certificate.")
    String name;
    @Option(names = "--selector", paramLabel = "SELECTOR", required = true, description = "The selector, as in spec.tlsReporting.dkim.selector.")
    String selector;
    @Option(names = "--domain", paramLabel = "DOMAIN", description = "The domain of spec.tlsReporting.from; the owner name is relative to it where absent.")
    String domain;
    @Option(names = "--service", paramLabel = "SERVICE", defaultValue = "tlsrpt",
            description = "What the key may sign: tlsrpt, email or * (default: ${DEFAULT-VALUE}, TLS reports alone).")
    String service;

    @Override
    int run(CertificateStore store) {
        if (!service.matches("\\*|[a-z][a-z0-9-]*")) {
            throw new ToolException("--service: '" + service + "' is no service; allowed are tlsrpt, email and *");
        }
        String owner = hostName("--selector", selector) + "._domainkey" + (domain == null ? "" : "." + hostName("--domain", domain) + ".");
        Certificate certificate = get(store, name);
        var pair = store.pair(certificate);
        if (pair.isEmpty()) {
            say("Certificate '" + name + "' has no certificate yet");
            return NEGATIVE;
        }
        try {
            PublicKey key = KeyPairs.parse(pair.get().key()).getPublic();
            out().print(owner + " IN TXT " + strings(DkimRecord.of(key, service)) + "\n");
            return OK;
        } catch (IllegalArgumentException e) {
            say("the key of Certificate '" + name + "' " + e.getMessage());
            return NEGATIVE;
        }
    }

    private static String hostName(String option, String value) {
        try {
            return HostNames.normal(value);
        } catch (IllegalArgumentException e) {
            throw new ToolException(option + ": " + e.getMessage());
        }
    }

    private static String strings(String text) {
        StringBuilder out = new StringBuilder();
        for (int from = 0; from < text.length(); from += STRING) {
            out.append(from == 0 ? "" : " ").append('"').append(text, from, Math.min(text.length(), from + STRING)).append('"');
        }
        return text.length() > STRING ? "( " + out + " )" : out.toString();
    }
}
