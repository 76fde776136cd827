package dev.postern.gateway.tlsrpt;

import dev.postern.dns.Dns;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.report.TlsResults;
import dev.postern.gateway.spool.Spool;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Counts sessions and sends reports while the plan in force asks for it ({@code spec.tlsReporting}). Each gateway reports what it saw itself: of
 * several pods come several reports a day, each with an ID of its own. Close it before spool and DNS.
 */
public final class TlsReports implements TlsResults, AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private final Supplier<ActivePlan> plan;
    private final Duration tick;
    private final Collector collector;
    private final Dispatcher dispatcher;
    private final HttpsTransport https;
    private final ReportNews news;
    private final Thread counting;
    private final Thread sending;
    private volatile boolean closing;

    /**
     * Times.
     *
     * @param snapshot between two writes of the day's counts: what a kill can cost
     * @param tick     between two looks at the clock
     * @param delays   by how much a day's reports are later than its end: a new one for each day
     */
    public record Times(Duration snapshot, Duration tick, Supplier<Duration> delays) {
        /** Up to four hours after midnight, so that not everybody's reports arrive at once (RFC 8460 section 4.1). */
        public static final Times STANDARD = new Times(Duration.ofMinutes(1), Duration.ofSeconds(15),
                () -> Duration.ofSeconds(ThreadLocalRandom.current().nextLong(Duration.ofHours(4).toSeconds())));
    }

    /**
     * Starts.
     *
     * @param folder where counts and reports are kept; made where it is missing
     * @param spool  takes the reports that go by mail
     * @param plan   the one in force, or null
     * @throws IOException where the folder cannot be used
     */
    public TlsReports(Path folder, Spool spool, Dns dns, Supplier<ActivePlan> plan, MailLog log, MeterRegistry meters, InstantSource clock, Times times)
            throws IOException {
        this(folder, spool, dns, plan, log, meters, clock, times, new HttpsTransport());
    }

    TlsReports(Path folder, Spool spool, Dns dns, Supplier<ActivePlan> plan, MailLog log, MeterRegistry meters, InstantSource clock, Times times,
            HttpsTransport https) throws IOException {
        this.plan = plan;
        this.tick = times.tick;
        this.https = https;
        news = new ReportNews(log, meters, clock);
        ReportFolder files = new ReportFolder(folder, news::trouble);
        collector = new Collector(files, this::on, Tally.Bounds.STANDARD, times.snapshot, clock, news::dropped, news::trouble);
        dispatcher = new Dispatcher(files, dns, https, new MailTransport(spool, plan, clock), times.delays, clock, news);
        counting = Thread.ofPlatform().name("tls-counts").daemon().start(() -> collector.run(times.tick));
        sending = Thread.ofPlatform().name("tls-reports").daemon().start(this::send);
    }

    @Override
    public void result(TlsResult result) {
        collector.result(result);
    }

    private boolean on() {
        ActivePlan active = plan.get();
        return active != null && active.plan().settings().tlsReporting() != null;
    }

    private void send() {
        String last = null;
        while (!closing) {
            try {
                Thread.sleep(tick);
                ActivePlan active = plan.get();
                if (active != null) {
                    dispatcher.step(active.plan().settings());
                }
                last = null;
            } catch (InterruptedException e) {
                return;   // closed
            } catch (IOException | RuntimeException e) {
                String trouble = "TLS reports cannot be handled for now: " + e;
                if (!closing && !trouble.equals(last)) {
                    news.trouble(trouble);
                }
                last = trouble;
            }
        }
    }

    /** Saves the counts, and cuts off what is being sent: it is sent after the next start. */
    @Override
    public void close() {
        closing = true;
        collector.stop();
        sending.interrupt();
        dispatcher.close();
        https.close();
        try {
            counting.join(CLOSE);
            sending.join(CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
