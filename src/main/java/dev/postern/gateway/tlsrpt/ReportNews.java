package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.tlsrpt.ReportRecord.Destination;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells log and metrics what becomes of reports. Safe for use by many threads. */
final class ReportNews {
    private final MailLog log;
    private final InstantSource clock;
    private final Map<String, Counter> counters = new HashMap<>();
    private final Counter dropped;
    /** What keeps reports from being sent, and when it was last said. */
    private final Map<String, LocalDate> said = new HashMap<>();

    ReportNews(MailLog log, MeterRegistry meters, InstantSource clock) {
        this.log = log;
        this.clock = clock;
        for (String kind : List.of("https", "mailto", "record")) {
            for (String result : List.of("sent", "failed")) {
                counters.put(kind + result, Counter.builder("postern.tls.reports").description("TLS reports by how they go and what became of them")
                        .tags("kind", kind, "result", result).register(meters));
            }
        }
        dropped = Counter.builder("postern.tls.reports.dropped").description("Sessions that no TLS report counts, for lack of room in the queue").register(meters);
    }

    void dropped() {
        dropped.increment();
    }

    void trouble(String text) {
        notice(Level.Warning, text);
    }

    /** A day is over. */
    void composed(DayCounts counts) {
        if (counts.leftOut() > 0) {
            notice(Level.Warning, "TLS reports of " + counts.day() + " leave out " + counts.leftOut() + " sessions: more domains than are counted");
        }
    }

    void sent(Report report, Destination to) {
        count(to, "sent");
        notice(Level.Info, text(report) + " sent to " + to.uri() + (to instanceof Destination.Mail ? " (queued)" : ""));
    }

    void delayed(Report report, List<String> why, Instant next) {
        notice(Level.Info, text(report) + " delayed until " + next + ": " + String.join("; ", why));
    }

    /** @param left what it was not delivered to; null where the domain's record was never read */
    void givenUp(Report report, List<String> left, List<String> why) {
        if (left == null) {
            counters.get("recordfailed").increment();
        } else {
            left.forEach(uri -> counters.get((uri.startsWith("https") ? "https" : "mailto") + "failed").increment());
        }
        notice(Level.Warning, text(report) + " given up after " + Parcel.LIFE.toHours() + " hours: " + String.join("; ", why));
    }

    /** Says it once a day, as it holds for every report. */
    synchronized void notPossible(Report report, Destination to, String why) {
        count(to, "failed");
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(said.put(why, today))) {
            notice(Level.Warning, text(report) + " not sent to " + to.uri() + ", nor are others of its kind: " + why);
        }
        said.values().removeIf(day -> day.isBefore(today));
    }

    private void count(Destination to, String result) {
        counters.get((to instanceof Destination.Https ? "https" : "mailto") + result).increment();
    }

    private static String text(Report report) {
        return "TLS report for " + report.domain() + " of " + report.day();
    }

    private void notice(Level level, String text) {
        log.log(new MailEvent.Notice(level, text));
    }
}
