package dev.postern.cli.trace;

import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.Printable;
import dev.postern.cli.tool.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A story, for a person. */
final class StoryText {
    private final PrintWriter out;
    private boolean begun;

    StoryText(PrintWriter out) {
        this.out = out;
    }

    /** @param source the pod whose log it is from, or null */
    void print(String source, Story story) {
        Lines lines = new Lines(out);
        if (begun) {
            lines.gap();
        }
        begun = true;
        lines.line("MID", Long.toString(story.mid));
        lines.line("Pod", source);
        lines.line("State", story.state());
        lines.line("Sender", story.sender == null ? null : "<" + story.sender + ">");
        lines.line("Message-ID", story.messageId);
        lines.line("Client", story.client);
        lines.line("Size", story.size == null ? null : story.size + " bytes");
        lines.line("Bounce of", story.bounceOf == 0 ? null : "MID " + story.bounceOf);
        lines.line("Bounced by", String.join(", ", story.bounces.stream().map(mid -> "MID " + mid).toList()));
        if (!story.recipients.isEmpty()) {
            lines.heading("Recipients");
            Table table = new Table("RID", "RECIPIENT", "STATE", "ATTEMPTS", "AT", "STATUS", "LAST ANSWER");
            story.recipients.forEach((rid, r) -> table.row(rid, r.address, r.state, r.attempts, r.at, r.status, r.answer));
            lines.table(table);
        }
        lines.heading("Log");
        log(story).forEach(line -> out.print("  " + line + "\n"));
    }

    private static List<String> log(Story story) {
        List<String> log = new ArrayList<>();
        story.lines.forEach(f -> log.add(f.stamp() + "  " + (f.level().equals("Info") ? "" : f.level() + ": ") + Printable.line(f.text())));
        if (story.left > 0) {
            log.add(Story.FIRST_LINES, "… " + story.left + " lines …");
        }
        return log;
    }
}
