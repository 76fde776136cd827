package dev.postern.cli.tool;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * As {@link Table}, for rows without end: the first of them settle how wide the columns are, and the rest are printed as they come; a cell that is wider then
 * pushes the others of its row. One thread.
 */
public final class StreamTable implements AutoCloseable {
    private static final int SAMPLE = 200;
    private final PrintWriter out;
    private final String[] header;
    private final List<Object[]> sample = new ArrayList<>();
    private int[] widths;

    public StreamTable(PrintWriter out, String... header) {
        this.out = out;
        this.header = header;
    }

    public void row(Object... cells) {
        if (widths == null) {
            sample.add(cells);
            if (sample.size() == SAMPLE) {
                begin();
            }
        } else {
            print(cells);
        }
    }

    private void begin() {
        widths = new int[header.length];
        sample.addFirst(header);
        for (Object[] row : sample) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], Table.cell(row[i]).length());
            }
        }
        sample.forEach(this::print);
        sample.clear();
    }

    private void print(Object[] cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = Table.cell(cells[i]);
            line.append(cell).append(" ".repeat(Math.max(0, widths[i] - cell.length()))).append(Table.GAP);
        }
        out.print(line.toString().stripTrailing() + "\n");
    }

    /** Prints what waits; without rows, nothing at all. */
    @Override
    public void close() {
        if (widths == null && !sample.isEmpty()) {
            begin();
        }
    }
}
