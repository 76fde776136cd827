package dev.postern.gateway.report;

import dev.postern.gateway.report.TlsFailures.Failure;
import java.io.IOException;
import java.time.Instant;

/** Where alerts about required TLS go. Called by one thread, which may wait. */
public interface EventSink extends AutoCloseable {

    /**
     * Writes a series of like failures: first with a count of 1 or more, later with a higher count.
     *
     * @throws IOException when it could not be written; it is called again
     */
    void write(Series series) throws IOException;

    @Override
    default void close() {
    }

    /**
     * Failures of one resource, domain and reason within one interval.
     *
     * @param first the one that the series began with
     * @param since when that was
     * @param last  when the latest was
     * @param count of failures, with the first
     */
    record Series(Failure first, Instant since, Instant last, long count) {
    }
}
