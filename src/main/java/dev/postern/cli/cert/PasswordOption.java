package dev.postern.cli.cert;

import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Passwords;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The password of a PKCS#12 file: never on the command line, where everybody on the machine could read it. */
final class PasswordOption {
    static final String VARIABLE = "POSTERN_PKCS12_PASSWORD";
    private static final int LONGEST = 4096;

    @Option(names = "--password-file", paramLabel = "FILE",
            description = "File with the password of the PKCS#12 file; a line end at its end does not count. Otherwise " + VARIABLE + ", otherwise it is asked for.")
    Path file;

    /** @param what for the prompt */
    char[] get(String what) {
        if (file != null) {
            try {
                if (Files.size(file) > LONGEST) {
                    throw new ToolException("the password file " + file + " is larger than " + LONGEST + " bytes");
                }
                return Passwords.of(Files.readAllBytes(file));
            } catch (IllegalArgumentException e) {
                throw new ToolException("the password file " + file + ": " + e.getMessage());
            } catch (IOException e) {
                throw new ToolException("the password file " + file + " cannot be read: " + e.getClass().getSimpleName());
            }
        }
        String variable = System.getenv(VARIABLE);
        if (variable != null) {
            return variable.toCharArray();
        }
        Console console = System.console();
        char[] typed = console == null || !console.isTerminal() ? null : console.readPassword("Password of %s: ", what);
        if (typed == null) {
            throw new ToolException("a password is needed for " + what + ": give --password-file, or " + VARIABLE + " in the environment");
        }
        return typed;
    }
}
