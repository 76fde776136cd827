package dev.postern.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What is asked of a gateway's queue.
 *
 * @param version {@link #VERSION}
 * @param verb    what to do
 * @param filter  with which messages
 * @param route   REROUTE: HOST or HOST:PORT, or null for the way of the destinations
 * @param text    DELETE with a bounce: what the sender is told
 * @param bounce  DELETE: returns the messages to their senders
 * @param whole   DELETE, REROUTE: with all recipients, those too that the filter does not mean
 * @param dryRun  changes nothing, and says what it would
 * @param by      who asks, as the asking side says; the connection's own user is logged before it
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record QueueRequest(int version, Verb verb, Filter filter, String route, String text, boolean bounce, boolean whole, boolean dryRun, String by) {
    /** Of this protocol. One that is not known is refused. */
    public static final int VERSION = 1;
    /** What a sender is told unless somebody says otherwise. */
    public static final String DELETED = "removed from the queue by an administrator";
    private static final int LONGEST_TEXT = 400;

    /** What can be done. */
    public enum Verb {
        LIST(false), DESTINATIONS(false), SHOW(false), HEADERS(false), CONTENT(false),
        HOLD(true), RELEASE(true), FLUSH(true), DELETE(true), REROUTE(true);

        private final boolean changes;

        Verb(boolean changes) {
            this.changes = changes;
        }

        /** Whether it changes messages. */
        public boolean changes() {
            return changes;
        }
    }

    /** @throws IllegalArgumentException naming the field, what was wrong and what is allowed */
    public QueueRequest {
        if (version != VERSION) {
            throw new IllegalArgumentException("version: " + version + "; this gateway speaks version " + VERSION);
        }
        if (verb == null) {
            throw new IllegalArgumentException("verb: it is missing");
        }
        filter = filter == null ? Filter.ALL : filter;
        boolean one = verb == Verb.SHOW || verb == Verb.HEADERS || verb == Verb.CONTENT;
        if (one && (filter.mids() == null || filter.mids().size() != 1)) {
            throw new IllegalArgumentException("filter.mids: " + verb + " is for one message");
        }
        route = route == null || route.isEmpty() ? null : Route.checked(route);
        if (text != null && (text.length() > LONGEST_TEXT || text.chars().anyMatch(c -> c < 32 || c > 126))) {
            throw new IllegalArgumentException("text: allowed are up to " + LONGEST_TEXT + " printable ASCII characters");
        }
        by = by == null ? null : by.substring(0, Math.min(by.length(), 200));
    }

    /** A request without options. */
    public static QueueRequest of(Verb verb, Filter filter) {
        return new QueueRequest(VERSION, verb, filter, null, null, false, false, false, null);
    }

    /** The same, for this person. */
    public QueueRequest by(String person) {
        return new QueueRequest(version, verb, filter, route, text, bounce, whole, dryRun, person);
    }

    /** The same, changing nothing. */
    public QueueRequest rehearsed(boolean dryRun) {
        return new QueueRequest(version, verb, filter, route, text, bounce, whole, dryRun, by);
    }

    /** The same, for other messages. */
    public QueueRequest about(Filter filter) {
        return new QueueRequest(version, verb, filter, route, text, bounce, whole, dryRun, by);
    }

    /** The same by this way; null: by that of the destinations. */
    public QueueRequest via(String route) {
        return new QueueRequest(version, verb, filter, route, text, bounce, whole, dryRun, by);
    }

    /** The same for all recipients of a message, or only those that are meant. */
    public QueueRequest whole(boolean whole) {
        return new QueueRequest(version, verb, filter, route, text, bounce, whole, dryRun, by);
    }

    /** The same, telling senders so. */
    public QueueRequest bouncing(String text) {
        return new QueueRequest(version, verb, filter, route, text, true, whole, dryRun, by);
    }
}
