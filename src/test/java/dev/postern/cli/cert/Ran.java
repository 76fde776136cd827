package dev.postern.cli.cert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import picocli.CommandLine;

/** What {@code postern cert ARGUMENTS} did, run in this process. */
public record Ran(int code, String out, String err) {

    public static Ran cert(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new CertCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int code = line.execute(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    public JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The columns of a line of a table that begins so. */
    public String[] columns(String first) {
        return out.lines().filter(l -> l.strip().startsWith(first)).findFirst().orElseThrow(() -> new AssertionError("no line begins with " + first + " in\n" + out)).strip().split(" {2,}");
    }

    @Override
    public String toString() {
        return "exit code " + code + "\n" + out + err;
    }
}
