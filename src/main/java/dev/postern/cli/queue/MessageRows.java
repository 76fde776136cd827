package dev.postern.cli.queue;

import dev.postern.cli.tool.StreamTable;
import dev.postern.gateway.admin.QueueLine;
import dev.postern.gateway.admin.QueuedMessage.Recipient;
import dev.postern.gateway.admin.QueuedMessage;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Messages, for a person. */
final class MessageRows implements ListCommand.Rows {
    private static final List<String> NARROW = List.of("MID", "AGE", "SIZE", "SENDER", "RECIPIENT", "STATE", "ATTEMPTS", "NEXT", "LAST ANSWER");
    private static final List<String> WIDE = List.of("MID", "AGE", "SIZE", "SENDER", "RECIPIENT", "STATE", "ATTEMPTS", "NEXT", "ROUTE", "LISTENER", "CLIENT", "USER", "MESSAGE-ID", "LAST ANSWER");

    private final StreamTable table;
    private final boolean pods;
    private final boolean wide;
    private final Instant now;

    /** @param pods whether there is a column for them */
    MessageRows(PrintWriter out, boolean pods, boolean wide, Instant now) {
        this.pods = pods;
        this.wide = wide;
        this.now = now;
        List<String> header = new ArrayList<>(wide ? WIDE : NARROW);
        if (pods) {
            header.addFirst("POD");
        }
        table = new StreamTable(out, header.toArray(String[]::new));
    }

    @Override
    public void row(String queue, QueueLine line) {
        QueuedMessage m = line.message();
        List<Recipient> waiting = m.recipients().stream().filter(r -> r.state().equals("PENDING")).toList();
        if (wide) {
            waiting.forEach(r -> print(queue, cells(m, r, r.address())));
        } else {
            Recipient first = waiting.stream().reduce(waiting.getFirst(), (a, b) -> b.attempts() > a.attempts() ? b : a);
            print(queue, cells(m, first, first.address() + (waiting.size() > 1 ? " (+" + (waiting.size() - 1) + ")" : "")));
        }
    }

    private Object[] cells(QueuedMessage m, Recipient r, String address) {
        String sender = m.sender().isEmpty() ? "<>" : m.sender();
        String state = m.held() ? "HELD" : r.state();
        String next = m.held() ? null : Boolean.TRUE.equals(r.suspended()) ? "suspended" : r.nextAttempt() == null ? "now" : Spans.until(r.nextAttempt(), now);
        return wide ? new Object[] {m.mid(), Spans.of(m.age()), Spans.bytes(m.size()), sender, address, state, r.attempts(), next, m.route(), m.listener(), m.client(), m.user(),
            m.messageId(), r.answer()} : new Object[] {m.mid(), Spans.of(m.age()), Spans.bytes(m.size()), sender, address, state, r.attempts(), next, r.answer()};
    }

    private void print(String queue, Object[] cells) {
        if (!pods) {
            table.row(cells);
            return;
        }
        List<Object> all = new ArrayList<>(Arrays.asList(cells));
        all.addFirst(queue);
        table.row(all.toArray());
    }

    @Override
    public void close() {
        table.close();
    }
}
