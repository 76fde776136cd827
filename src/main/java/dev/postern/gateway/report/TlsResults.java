package dev.postern.gateway.report;

/** Takes what every outbound connection came to. Never blocks; safe for use by many threads. */
@FunctionalInterface
public interface TlsResults {
    void result(TlsResult result);

    /** Gives each result to both. */
    default TlsResults and(TlsResults other) {
        return result -> {
            result(result);
            other.result(result);
        };
    }
}
