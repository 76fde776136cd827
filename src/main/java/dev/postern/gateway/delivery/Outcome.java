package dev.postern.gateway.delivery;

import dev.postern.gateway.smtp.client.Reply;

/**
 * What one attempt came to for one recipient.
 *
 * @param status enhanced status code (RFC 3463)
 * @param text   the server's reply, or what went wrong
 * @param reply  whether {@code text} is a server's reply
 * @param host   the server, or null where none was reached
 * @param dsn    whether the server was given the DSN parameters and answers for them (RFC 3461 section 5.2)
 */
record Outcome(Kind kind, String status, String text, boolean reply, String host, boolean dsn) {

    /** What follows. */
    enum Kind {
        DELIVERED,
        /** Again on the schedule, until it is too old. */
        RETRY,
        FAILED,
        /** Again at once, and not counted: nothing is wrong but this connection's limits. */
        AGAIN
    }

    static Outcome of(Reply reply, boolean local, String host, boolean dsn) {
        Kind kind = reply.positive() ? Kind.DELIVERED : reply.permanentFailure() ? Kind.FAILED : Kind.RETRY;
        return new Outcome(kind, reply.status(), reply.text(), !local, host, dsn);
    }

    static Outcome retry(String status, String text, String host) {
        return new Outcome(Kind.RETRY, status, text, false, host, false);
    }

    static Outcome failed(String status, String text, String host) {
        return new Outcome(Kind.FAILED, status, text, false, host, false);
    }

    /** The same, but not for good. */
    Outcome later() {
        return new Outcome(Kind.RETRY, "4" + status.substring(1), text, reply, host, dsn);
    }

    Outcome again() {
        return new Outcome(Kind.AGAIN, status, text, reply, host, dsn);
    }
}
