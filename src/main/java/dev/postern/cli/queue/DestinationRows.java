package dev.postern.cli.queue;

import dev.postern.cli.tool.StreamTable;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueuedDestination;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Destinations, for a person. */
final class DestinationRows implements ListCommand.Rows {
    private final StreamTable table;
    private final boolean pods;
    private final Instant now;

    /** @param pods whether there is a column for them */
    DestinationRows(PrintWriter out, boolean pods, Instant now) {
        this.pods = pods;
        this.now = now;
        String[] header = {"DESTINATION", "DUE", "LATER", "UNDER WAY", "CONNECTIONS", "HELD", "OLDEST", "NEXT", "LAST FAILURE"};
        table = new StreamTable(out, pods ? with("POD", header) : header);
    }

    @Override
    public void row(String queue, QueueLine line) {
        QueuedDestination d = line.destination();
        String name = d.domain() + (d.tls() == null ? "" : " (TLS " + d.tls().toLowerCase(java.util.Locale.ROOT) + ")") + (d.route() == null ? "" : " via " + d.route());
        String next = d.suspended() ? "suspended" : d.nextAttempt() != null ? Spans.until(d.nextAttempt(), now) : d.due() > 0 ? "now" : null;
        String[] cells = {name, Integer.toString(d.due()), Integer.toString(d.later()), text(d.underWay()), text(d.connections()), text(d.held()), Spans.since(d.oldest(), now), next, d.failure()};
        table.row((Object[]) (pods ? with(queue, cells) : cells));
    }

    private static String text(Integer number) {
        return number == null ? null : number.toString();
    }

    private static String[] with(String first, String[] others) {
        List<String> all = new ArrayList<>(Arrays.asList(others));
        all.addFirst(first);
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        table.close();
    }
}
