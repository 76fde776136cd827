package dev.postern.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The verifier of dkimpy (Debian's python3-dkim), with the record given to it instead of DNS. */
public final class DkimVerifier {
    private static final String PYTHON = "/usr/bin/python3";   // Debian's own, which has the module

    private DkimVerifier() {
    }

    /**
     * Whether a message has a signature that is good, by a key for TLS reports.
     *
     * @param record text of the TXT record
     * @param name   owner name that the verifier must ask for
     */
    public static boolean verifies(Path folder, byte[] message, String name, String record) throws IOException {
        assumeTrue(Files.isExecutable(Path.of(PYTHON)) && Command.attempt(folder, PYTHON, "-c", "import dkim, nacl").exitCode() == 0,
                "python3-dkim and python3-nacl are not installed");
        Path file = Files.write(Files.createTempFile(folder, "signed", ".eml"), message);
        Command.Result result = Command.attempt(folder, PYTHON, Path.of("src/test/resources/tlsrpt/dkim-verify.py").toAbsolutePath().toString(), file.toString(), name, record);
        if (result.exitCode() > 1) {
            throw new AssertionError(result.output());
        }
        return result.exitCode() == 0;
    }
}
