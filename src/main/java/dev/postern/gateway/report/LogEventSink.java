package dev.postern.gateway.report;

import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;

/** Writes alerts into the mail log, where there is no cluster. */
public final class LogEventSink implements EventSink {
    private final MailLog log;

    public LogEventSink(MailLog log) {
        this.log = log;
    }

    @Override
    public void write(Series series) {
        String often = series.count() == 1 ? "" : " [" + series.count() + " times since " + series.since() + "]";
        log.log(new Notice(Level.Warning, "TLSRequiredFailed " + series.first().resource().id() + ": " + FailureNote.of(series.first()) + often));
    }
}
