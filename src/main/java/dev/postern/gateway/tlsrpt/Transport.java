package dev.postern.gateway.tlsrpt;

import java.io.IOException;

/** Brings a report to one kind of destination. Waits. Safe for use by many threads. */
@FunctionalInterface
interface Transport<D extends ReportRecord.Destination> {
    /**
     * Returns once the report is taken over.
     *
     * @throws IOException why it is not; it may be later
     * @throws NotPossible why it never will be, as things are configured
     */
    void send(Report report, D to) throws IOException, NotPossible, InterruptedException;

    /** What keeps every report from being sent so. */
    final class NotPossible extends Exception {
        NotPossible(String message) {
            super(message);
        }
    }
}
