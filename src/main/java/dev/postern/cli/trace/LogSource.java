package dev.postern.cli.trace;

import dev.postern.cli.tool.ToolException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * A gateway's log, in one or more pieces, the oldest first.
 *
 * @param name   the pod's, or null
 * @param again  whether it can be read more than once
 * @param pieces open it
 */
record LogSource(String name, boolean again, List<Piece> pieces) {
    /** Longest line that is looked at: longer than any that a gateway writes. */
    private static final int LONGEST = 1 << 20;

    /** Opens a piece of a log. */
    interface Piece {
        InputStream open() throws IOException;
    }

    /** Files, which may be compressed with gzip; {@code -} is standard input. */
    static LogSource of(List<String> files, InputStream standardInput) {
        List<Piece> pieces = new ArrayList<>();
        for (String file : files) {
            pieces.add(file.equals("-") ? () -> standardInput : () -> file.endsWith(".gz") ? new GZIPInputStream(Files.newInputStream(Path.of(file)), 1 << 16) : Files.newInputStream(Path.of(file)));
        }
        boolean again = files.stream().noneMatch(f -> f.equals("-")) && files.stream().allMatch(f -> Files.isRegularFile(Path.of(f)));
        return new LogSource(null, again, pieces);
    }

    /** Reads all of it, line by line. */
    void read(Consumer<String> lines) {
        for (Piece piece : pieces) {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(new BufferedInputStream(piece.open(), 1 << 16), StandardCharsets.UTF_8), 1 << 16)) {
                read(reader, lines);
            } catch (IOException e) {
                throw new ToolException("the log " + (name == null ? "" : "of pod " + name + " ") + "cannot be read: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            }
        }
    }

    /** As {@link BufferedReader#readLine}, but what is no log at all does not fill the memory. */
    private static void read(BufferedReader reader, Consumer<String> lines) throws IOException {
        StringBuilder line = new StringBuilder();
        char[] some = new char[1 << 14];
        for (int count = reader.read(some); count >= 0; count = reader.read(some)) {
            int from = 0;
            for (int at = 0; at < count; at++) {
                if (some[at] == '\n') {
                    line.append(some, from, at - from);
                    lines.accept(line.isEmpty() || line.charAt(line.length() - 1) != '\r' ? line.toString() : line.substring(0, line.length() - 1));
                    line.setLength(0);
                    from = at + 1;
                }
            }
            if (line.length() < LONGEST) {
                line.append(some, from, count - from);
            }
        }
        if (!line.isEmpty()) {
            lines.accept(line.toString());
        }
    }
}
