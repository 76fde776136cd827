package dev.postern.cli.tool;

import java.io.PrintWriter;

/** Labels and values, one a line, and headings with what belongs to them. */
public final class Lines {
    private static final String LABEL = "%-18s%s\n";
    private final PrintWriter out;

    public Lines(PrintWriter out) {
        this.out = out;
    }

    /** Nothing where the value is null or empty. */
    public void line(String label, String value) {
        if (value != null && !value.isEmpty()) {
            out.printf(LABEL, label + ":", Printable.line(value));
        }
    }

    public void gap() {
        out.print("\n");
    }

    public void heading(String text) {
        out.print("\n" + text + ":\n");
    }

    public void item(String text) {
        out.print("  " + Printable.line(text) + "\n");
    }

    public void table(Table table) {
        table.toString().lines().forEach(line -> out.print("  " + line + "\n"));
    }

    /** Text of several lines, as it is. */
    public void text(String text) {
        text.lines().forEach(line -> out.print("  " + line + "\n"));
    }
}
