package dev.postern.gateway.report;

/** Takes the mail log's lines. Never blocks; safe for use by many threads. */
@FunctionalInterface
public interface MailLog {
    void log(MailEvent event);
}
