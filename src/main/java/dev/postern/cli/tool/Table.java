package dev.postern.cli.tool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in columns, three spaces apart, as kubectl prints them; nothing is ever empty, so that scripts can count columns. */
public final class Table {
    static final String GAP = "   ";
    private static final String NOTHING = "-";
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... header) {
        rows.add(List.of(header));
    }

    public void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(Table::cell).toList());
    }

    /** With a line break at the end of each line, and no spaces before it. */
    @Override
    public String toString() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    static String cell(Object value) {
        String text = value == null ? "" : value instanceof List<?> list ? String.join(",", list.stream().map(Object::toString).toList()) : value.toString();
        return text.isEmpty() ? NOTHING : Printable.line(text);
    }
}
