package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec.Encryption;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.cert.store.OwnFiles;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Pkcs12;
import dev.postern.pki.path.Arrangement;
import dev.postern.pki.path.SystemRoots;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** A Certificate as a file. */
@Command(name = "export", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:it is written", "1:there is nothing to write yet", CertCommand.USAGE},
        description = "Writes a certificate with its chain as it is served, and its key, into a file that only you can read. The key is printed only where --out - says so.")
final class ExportCommand extends StoreCommand {
    private static final String STANDARD_OUTPUT = "-";

    /** What is written. */
    enum Format { pem, pkcs12 }

    @Parameters(paramLabel = "NAME", description = "The Certificate.")
    String name;
    @Option(names = "--format", required = true, paramLabel = "FORMAT", description = "One of ${COMPLETION-CANDIDATES}.")
    Format format;
    @Option(names = "--out", paramLabel = "FILE", description = "The file; - is standard output. May be left out with --no-key only: then it is standard output.")
    String file;
    @Option(names = "--no-key", description = "Only the certificates; of PEM.")
    boolean noKey;
    @Option(names = "--encryption", paramLabel = "NAME", defaultValue = "AES256",
            description = "Of PKCS#12: one of ${COMPLETION-CANDIDATES}. TripleDES is for old readers. Default: ${DEFAULT-VALUE}")
    Encryption encryption;
    @Option(names = "--replace", description = "Overwrites the file.")
    boolean replace;
    @Mixin
    PasswordOption password;

    @Override
    int run(CertificateStore store) {
        if (file == null && !noKey) {
            throw new ParameterException(spec.commandLine(), "--out FILE is needed, since the key goes there; --out - prints it, --no-key leaves it out");
        }
        if (noKey && format == Format.pkcs12) {
            throw new ParameterException(spec.commandLine(), "--no-key: a PKCS#12 file without a key is of no use; take --format pem");
        }
        Certificate certificate = get(store, name);
        Optional<KeyPairPem> pair = store.pair(certificate).filter(p -> p.chain() != null && (noKey || p.key() != null));
        if (pair.isEmpty()) {
            say("Certificate '" + name + "' has nothing to export yet: " + Waiting.why(certificate));
            return NEGATIVE;
        }
        byte[] bytes;
        try {
            bytes = bytes(pair.get());
        } catch (IllegalArgumentException e) {
            throw new ToolException("what is kept of Certificate '" + name + "' cannot be exported: " + e.getMessage());
        }
        write(bytes);
        return OK;
    }

    private byte[] bytes(KeyPairPem pair) {
        List<X509Certificate> given = Chains.parse(pair.chain());
        KeyPair key = pair.key() == null ? null : KeyPairs.parse(pair.key());
        PublicKey own = key == null ? given.getFirst().getPublicKey() : key.getPublic();
        List<X509Certificate> chain = Arrangement.of(given, own, SystemRoots.load(), clock.instant()).chain();
        if (format == Format.pkcs12) {
            char[] chosen = password.get("the PKCS#12 file to be written");
            if (chosen.length == 0) {
                throw new ToolException("the password is empty; the key would not be protected");
            }
            return Pkcs12.write(chain, key.getPrivate(), chosen, encryption, name);
        }
        return (Chains.toPem(chain) + (noKey ? "" : KeyPairs.toPem(key.getPrivate()))).getBytes(StandardCharsets.US_ASCII);
    }

    private void write(byte[] bytes) {
        if (file == null || file.equals(STANDARD_OUTPUT)) {
            if (format == Format.pem) {
                out().print(new String(bytes, StandardCharsets.US_ASCII));
            } else {
                System.out.write(bytes, 0, bytes.length);
                System.out.flush();
            }
            return;
        }
        Path path = Path.of(file);
        if (Files.exists(path) && !replace) {
            throw new ToolException(path + " exists already; --replace overwrites it");
        }
        try {
            OwnFiles.write(path, bytes, !noKey);
        } catch (IOException e) {
            throw new ToolException(path + " cannot be written: " + e);
        }
    }
}
