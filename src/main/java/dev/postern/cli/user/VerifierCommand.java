package dev.postern.cli.user;

import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Passwords;
import dev.postern.sasl.Prepared;
import dev.postern.sasl.ScramVerifier;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From a password to what is kept of it. */
@Command(name = "verifier", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:here it is", "2:no verifier can be made, or wrong usage"},
        description = {"Prints the verifier of a user's password, for the Secret that a Listener names in authentication.usersSecretRef.",
            "The password is asked for twice on a terminal, or read from standard input, where a line end at its end does not count. It is never on the command line."})
final class VerifierCommand extends ToolCommand {
    /** A password and its line end, and one octet more to see that there is more. */
    private static final int LONGEST_INPUT = Prepared.LONGEST_PASSWORD + 3;

    @Parameters(paramLabel = "NAME", description = "The user's name.")
    String name;
    @Option(names = "--line", description = "Prints NAME:VERIFIER, a line of the Secret's key 'users', which any name can be in: mail addresses, too.")
    boolean line;
    @Option(names = "--iterations", paramLabel = "N", defaultValue = "" + ScramVerifier.ITERATIONS,
            description = "Iterations of PBKDF2, from " + ScramVerifier.FEWEST_ITERATIONS + " to " + ScramVerifier.MOST_ITERATIONS
                    + "; clients that use Cyrus SASL take 65536 at most. Default: ${DEFAULT-VALUE}")
    int iterations;

    InputStream input = System.in;
    Console console = System.console();

    @Override
    protected int run() {
        if (iterations < ScramVerifier.FEWEST_ITERATIONS || iterations > ScramVerifier.MOST_ITERATIONS) {
            throw new ToolException("--iterations: '" + iterations + "' is out of bounds; allowed is from " + ScramVerifier.FEWEST_ITERATIONS + " to " + ScramVerifier.MOST_ITERATIONS);
        }
        try {
            String user = Prepared.name(name);
            if (user.indexOf(':') >= 0 || user.startsWith("#")) {
                throw new IllegalArgumentException("a user name has no ':', and does not begin with '#'");
            }
            if (!line && !user.matches("[-._a-zA-Z0-9]+")) {
                say("note: '" + user + "' cannot be a key of a Secret; --line prints a line for the key 'users'");
            }
            String verifier = ScramVerifier.of(Prepared.password(password()), iterations, new SecureRandom()).text();
            out().print(line ? user + ":" + verifier + "\n" : verifier + "\n");
            return OK;
        } catch (IllegalArgumentException e) {
            throw new ToolException(e.getMessage());
        }
    }

    private String password() {
        if (console != null && console.isTerminal()) {
            char[] first = console.readPassword("Password of %s: ", name);
            char[] again = first == null ? null : console.readPassword("Again: ");
            if (again == null || !Arrays.equals(first, again)) {
                throw new ToolException(again == null ? "a password is needed" : "the two passwords differ");
            }
            return new String(first);
        }
        try {
            byte[] given = input.readNBytes(LONGEST_INPUT);
            if (given.length == LONGEST_INPUT) {
                throw new ToolException("standard input has more than a password of at most " + Prepared.LONGEST_PASSWORD + " octets");
            }
            return new String(Passwords.of(given));
        } catch (IOException e) {
            throw new ToolException("standard input cannot be read: " + e.getMessage());
        }
    }
}
