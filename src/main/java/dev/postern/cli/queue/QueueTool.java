package dev.postern.cli.queue;

import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueueRequest;
import dev.postern.gateway.admin.QueueSummary;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TextFormat;
import java.time.InstantSource;
import java.time.ZoneId;
import picocli.CommandLine.Mixin;

/** What the commands have in common: where they ask, and how errors come back. */
abstract class QueueTool extends ToolCommand {
    @Mixin
    PlaceOptions where;

    /** For tests: as if it were another time. */
    final void at(InstantSource time) {
        clock = time;
    }

    /** With the place open. */
    abstract int run(Place place) throws InterruptedException;

    @Override
    protected final int run() throws InterruptedException {
        try (Place place = where.open(log(), clock)) {
            return run(place);
        }
    }

    /** Where no gateway runs there is no mail log: its lines go to standard error. */
    private MailLog log() {
        TextFormat format = new TextFormat(ZoneId.systemDefault());
        return event -> {
            StringBuilder line = new StringBuilder();
            format.append(line, clock.instant(), event);
            spec.commandLine().getErr().println(line);
            spec.commandLine().getErr().flush();
        };
    }

    /** Takes the lines but the last. */
    interface Found {
        void line(String queue, QueueLine line);
    }

    /** Asks one queue. @return what it came to */
    static QueueSummary ask(Place place, String queue, QueueRequest request, Found found) throws InterruptedException {
        QueueSummary[] summary = new QueueSummary[1];
        place.ask(queue, request, line -> {
            if (line.error() != null) {
                throw new ToolException((queue == null ? "" : "pod " + queue + ": ") + line.error());
            }
            if (line.summary() != null) {
                summary[0] = line.summary();
            } else if (line.progress() == null) {
                found.line(queue, line);
            }
        });
        return summary[0];
    }
}
