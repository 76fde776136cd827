package dev.postern.cli.trace;

/** Lines of the mail log in either form; a log may change from one to the other. Safe for use by many threads. */
final class LineParser {
    private final TextLines text = new TextLines();
    private final JsonLines json = new JsonLines();

    /** Null for what is no line of a mail log, such as the gateway's own messages between them. */
    Fact parse(String line) {
        return line.startsWith("{") ? json.parse(line) : text.parse(line);
    }
}
