package dev.postern.cli.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.sasl.ScramVerifier;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class VerifierCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(byte[] input, String... arguments) {
        var command = new VerifierCommand();
        command.console = null;
        command.input = new ByteArrayInputStream(input);
        return new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    private int run(String input, String... arguments) {
        return run(input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    @Test
    void makesAVerifierOfThePasswordOnStandardInput() {
        assertThat(run("sword fish\n", "app", "--iterations", "4096")).isZero();
        ScramVerifier verifier = ScramVerifier.parse(out.toString().strip());
        assertThat(verifier.fits("sword fish")).isTrue();
        assertThat(verifier.iterations()).isEqualTo(4096);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aLineHasTheNameToo() {
        assertThat(run("swordfish", "--line", "billing@example.com")).isZero();
        assertThat(out.toString()).startsWith("billing@example.com:SCRAM-SHA-256$32768:").endsWith("\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aNameThatIsNoKeyIsNoted() {
        assertThat(run("swordfish", "billing@example.com")).isZero();
        assertThat(err.toString()).isEqualToIgnoringNewLines("postern: note: 'billing@example.com' cannot be a key of a Secret; --line prints a line for the key 'users'");
    }

    @Test
    void saysWhatIsWrongAndNotThePassword() {
        assertThat(run("swordfish", "app", "--iterations", "1000")).isEqualTo(2);
        assertThat(run("", "app")).isEqualTo(2);
        assertThat(run("sword\u0007fish", "app")).isEqualTo(2);
        assertThat(run("x".repeat(1030), "app")).isEqualTo(2);
        assertThat(run(new byte[] {(byte) 0xff}, "app")).isEqualTo(2);
        assertThat(run("swordfish", "a:b")).isEqualTo(2);
        assertThat(run("swordfish")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("--iterations: '1000' is out of bounds; allowed is from 4096 to 1000000", "the password is empty; allowed are 1 to 1024 octets of UTF-8",
                "the password has a character that SASLprep (RFC 4013) forbids", "standard input has more than a password of at most 1024 octets", "the password is not UTF-8",
                "a user name has no ':', and does not begin with '#'").doesNotContain("fish");
    }
}
