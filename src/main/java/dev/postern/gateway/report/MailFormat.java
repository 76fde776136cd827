package dev.postern.gateway.report;

import java.time.Instant;

/** One form of the mail log's lines. Pure; safe for use by many threads. */
@FunctionalInterface
public interface MailFormat {
    /** Appends one line without its end; it never holds a line break, whatever peers sent. */
    void append(StringBuilder out, Instant at, MailEvent event);

    /** One line without its end. */
    default String line(Instant at, MailEvent event) {
        StringBuilder out = new StringBuilder(120);
        append(out, at, event);
        return out.toString();
    }
}
