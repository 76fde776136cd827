package dev.postern.cli.cert;

import java.io.PrintWriter;

/** Labels and values, one a line, and headings with what belongs to them. */
final class Lines {
    private static final String LABEL = "%-18s%s\n";
    private final PrintWriter out;

    Lines(PrintWriter out) {
        this.out = out;
    }

    /** Nothing where the value is null or empty. */
    void line(String label, String value) {
        if (value != null && !value.isEmpty()) {
            out.printf(LABEL, label + ":", Printable.line(value));
        }
    }

    void gap() {
        out.print("\n");
    }

    void heading(String text) {
        out.print("\n" + text + ":\n");
    }

    void item(String text) {
        out.print("  " + Printable.line(text) + "\n");
    }

    void table(Table table) {
        table.toString().lines().forEach(line -> out.print("  " + line + "\n"));
    }

    /** Text of several lines, as it is. */
    void text(String text) {
        text.lines().forEach(line -> out.print("  " + line + "\n"));
    }
}
