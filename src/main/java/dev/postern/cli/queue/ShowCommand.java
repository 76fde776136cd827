package dev.postern.cli.queue;

import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.Table;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import dev.postern.gateway.admin.QueuedMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One message. */
@Command(name = "show", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES, exitCodeList = {"0:it is shown", QueueCommand.USAGE},
        description = {"Shows a message: its envelope, and how far each recipient is. postern trace has its history.",
            "--headers and --content print the message itself, byte by byte as it is stored."},
        footer = {"", "Examples:", "  postern queue show 4711", "  postern queue show 4711 --content > message.eml"})
final class ShowCommand extends QueueTool {
    @Parameters(paramLabel = "MID", description = "The message. With several pods, --pod says in which.")
    long mid;
    @Mixin
    Output output;
    @ArgGroup
    Part part = new Part();
    /** Bytes of messages go past the writer, which would make text of them. */
    OutputStream bytes = System.out;

    /** What of the message itself. */
    static final class Part {
        @Option(names = "--headers", description = "Its headers.")
        boolean headers;
        @Option(names = "--content", description = "All of it.")
        boolean content;
    }

    @Override
    int run(Place place) throws InterruptedException {
        if (place.queues().size() > 1) {
            throw new ToolException("each pod has MIDs of its own; --pod says which of " + place.queues());
        }
        String queue = place.queues().getFirst();
        Verb verb = part.headers ? Verb.HEADERS : part.content ? Verb.CONTENT : Verb.SHOW;
        try {
            ask(place, queue, QueueRequest.of(verb, Filter.of(mid)), this::print);
            bytes.flush();
        } catch (IllegalArgumentException e) {
            throw new ToolException("MID: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return OK;
    }

    private void print(String queue, QueueLine line) {
        if (line.content() != null) {
            try {
                bytes.write(line.content());
            } catch (IOException e) {
                throw new ToolException("standard output takes no more: " + e.getMessage());
            }
        } else if (output.isStructured()) {
            out().print(output.structured(ListCommand.item(queue, line)));
        } else if (output.format == Output.Format.name) {
            out().print((queue == null ? "" : queue + "/") + line.message().mid() + "\n");
        } else {
            text(queue, line.message());
        }
    }

    private void text(String queue, QueuedMessage m) {
        Lines lines = new Lines(out());
        lines.line("MID", Long.toString(m.mid()));
        lines.line("Pod", queue);
        lines.line("State", m.held() ? "on hold" : "waiting");
        lines.line("Received", m.received() + ", " + Spans.of(m.age()) + " ago");
        lines.line("Listener", m.listener() == null ? "none: the gateway wrote it" : m.listener());
        lines.line("Client", m.client());
        lines.line("User", m.user());
        lines.line("Sender", "<" + m.sender() + ">");
        lines.line("Message-ID", m.messageId());
        lines.line("Size", m.size() + " bytes" + (m.eightBit() == null ? "" : ", 8-bit") + (m.smtpUtf8() == null ? "" : ", SMTPUTF8"));
        lines.line("Asks of TLS", m.tls());
        lines.line("Route", m.route());
        lines.line("RET", m.ret());
        lines.line("ENVID", m.envid());
        lines.heading("Recipients");
        Table table = new Table("RID", "RECIPIENT", "STATE", "ATTEMPTS", "NEXT ATTEMPT", "STATUS", "LAST ANSWER");
        m.recipients().forEach(r -> table.row(r.rid(), r.address(), r.state(), r.attempts(), Boolean.TRUE.equals(r.suspended()) ? "suspended" : r.nextAttempt(), r.status(), r.answer()));
        lines.table(table);
    }
}
