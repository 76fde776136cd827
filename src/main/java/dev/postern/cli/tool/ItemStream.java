package dev.postern.cli.tool;

import java.io.PrintWriter;
import java.util.List;

/** A list in JSON or YAML, printed item by item, however many there are. One thread. */
public final class ItemStream implements AutoCloseable {
    private final PrintWriter out;
    private final Output output;
    private boolean begun;

    public ItemStream(PrintWriter out, Output output) {
        this.out = out;
        this.output = output;
    }

    public void item(Object value) {
        if (output.format == Output.Format.yaml) {
            out.print(output.structured(List.of(value)));
        } else {
            out.print((begun ? ",\n" : "[\n") + output.structured(value).stripTrailing().indent(2).stripTrailing());
        }
        begun = true;
    }

    /** Ends the list. */
    @Override
    public void close() {
        if (output.format == Output.Format.yaml) {
            out.print(begun ? "" : "[]\n");
        } else {
            out.print(begun ? "\n]\n" : "[]\n");
        }
    }
}
