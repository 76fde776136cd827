package dev.postern.cli.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.cli.tool.ItemStream;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.Filter;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueueRequest.Verb;
import dev.postern.gateway.admin.QueueRequest;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What waits. */
@Command(name = "list", aliases = "ls", mixinStandardHelpOptions = true, exitCodeListHeading = QueueCommand.EXIT_CODES, exitCodeList = {"0:it is listed", QueueCommand.USAGE},
        description = {"Lists messages, a line each, in the order in which they came in; -o wide has a line for each recipient that waits, with route, listener, client and Message-ID.",
            "--destinations lists where they go: what is due, what waits for its time and when it goes next, and why the last connection failed."},
        footer = {"", "Examples:", "  postern queue list --destination partner.example --older-than 2h", "  postern queue list --destinations",
            "  postern queue list --gateway edge -n mail --held -o json"})
final class ListCommand extends QueueTool {
    @Mixin
    FilterOptions filter;
    @Mixin
    Output output;
    @Option(names = "--destinations", description = "A line for each destination in place of each message; only --destination chooses among them.")
    boolean destinations;

    @Override
    int run(Place place) throws InterruptedException {
        Filter wanted = filter.filter();
        if (destinations && !wanted.isOfDestinations()) {
            throw new ToolException("--destinations lists whole queues: of the options that choose messages only --destination goes with it");
        }
        Verb verb = destinations ? Verb.DESTINATIONS : Verb.LIST;
        AtomicLong count = new AtomicLong();
        try (Rows rows = rows(place)) {
            for (String queue : place.queues()) {
                if (wanted.limit() != null && count.get() >= wanted.limit()) {
                    break;
                }
                Filter left = wanted.limit() == null ? wanted : wanted.atMost(wanted.limit() - count.get());
                ask(place, queue, QueueRequest.of(verb, left), (from, line) -> {
                    count.incrementAndGet();
                    rows.row(from, line);
                });
            }
        }
        if (count.get() == 0 && !output.isStructured()) {
            say(wanted.isEverything() ? "nothing waits" : "nothing that waits is like that");
        }
        return OK;
    }

    /** Prints what comes. */
    interface Rows extends AutoCloseable {
        void row(String queue, QueueLine line);

        @Override
        void close();
    }

    private Rows rows(Place place) {
        boolean pods = place.queues().getFirst() != null;
        return switch (output.format) {
            case json, yaml -> items();
            case name -> names();
            default -> destinations ? new DestinationRows(out(), pods, clock.instant()) : new MessageRows(out(), pods, output.format == Output.Format.wide, clock.instant());
        };
    }

    private Rows items() {
        ItemStream items = new ItemStream(out(), output);
        return new Rows() {
            @Override
            public void row(String queue, QueueLine line) {
                items.item(item(queue, line));
            }

            @Override
            public void close() {
                items.close();
            }
        };
    }

    /** As it came, with the pod before it. */
    static ObjectNode item(String queue, QueueLine line) {
        ObjectNode item = Output.JSON.createObjectNode();
        if (queue != null) {
            item.put("pod", queue);
        }
        item.setAll((ObjectNode) Output.JSON.valueToTree(line.message() == null ? line.destination() : line.message()));
        return item;
    }

    private Rows names() {
        return new Rows() {
            @Override
            public void row(String queue, QueueLine line) {
                out().print((queue == null ? "" : queue + "/") + (line.message() == null ? line.destination().domain() : line.message().mid()) + "\n");
            }

            @Override
            public void close() {
                // nothing is kept back
            }
        };
    }
}
