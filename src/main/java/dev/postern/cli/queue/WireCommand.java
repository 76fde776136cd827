package dev.postern.cli.queue;

import dev.postern.cli.tool.ClusterOptions;
import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.Wire;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The far end of {@code postern queue --gateway}, in the pod: passes a request and its answer on as they are on the socket. */
@Command(name = "wire", hidden = true, mixinStandardHelpOptions = true, description = "Takes a request from standard input as postern queue --gateway makes it, and prints the answer for it.")
final class WireCommand extends ToolCommand {
    @Option(names = "--folder", paramLabel = "DIR", description = "As in the other commands.")
    Path folder;
    InputStream in = System.in;

    @Override
    protected int run() throws InterruptedException {
        PlaceOptions options = new PlaceOptions();
        options.cluster = new ClusterOptions();
        options.folder = folder;
        try (Place place = options.open(event -> { }, clock)) {
            byte[] request = Wire.readLine(new BufferedInputStream(in), Wire.LONGEST_REQUEST);
            if (request == null) {
                throw new ToolException("there is no request on standard input");
            }
            place.ask(null, Wire.request(request), this::print);
            return OK;
        } catch (IllegalArgumentException | IOException e) {
            print(QueueLine.error("the request was not understood: " + e.getMessage()));
            return CANNOT;
        } catch (ToolException e) {
            print(QueueLine.error(e.getMessage()));
            return CANNOT;
        }
    }

    private void print(QueueLine line) {
        out().print(new String(Wire.line(line), StandardCharsets.US_ASCII));
        if (line.last() || line.progress() != null) {
            out().flush();
        }
    }
}
