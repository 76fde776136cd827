package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A line of an answer: one of these, the others are null.
 *
 * @param progress messages changed so far
 * @param content  a stretch of a message, as it is
 * @param summary  the end of an answer
 * @param error    the end of an answer: why nothing, or nothing more, was done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueueLine(QueuedMessage message, QueuedDestination destination, byte[] content, Long progress, QueueSummary summary, String error) {

    static QueueLine of(QueuedMessage message) {
        return new QueueLine(message, null, null, null, null, null);
    }

    static QueueLine of(QueuedDestination destination) {
        return new QueueLine(null, destination, null, null, null, null);
    }

    static QueueLine of(byte[] content) {
        return new QueueLine(null, null, content, null, null, null);
    }

    static QueueLine progress(long changed) {
        return new QueueLine(null, null, null, changed, null, null);
    }

    static QueueLine of(QueueSummary summary) {
        return new QueueLine(null, null, null, null, summary, null);
    }

    /** The end: it cannot be done. */
    public static QueueLine error(String text) {
        return new QueueLine(null, null, null, null, null, text);
    }

    /** Whether nothing follows. */
    public boolean last() {
        return summary != null || error != null;
    }
}
