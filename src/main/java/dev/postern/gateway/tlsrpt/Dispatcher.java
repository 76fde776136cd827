package dev.postern.gateway.tlsrpt;

import dev.postern.dns.Dns;
import dev.postern.gateway.tlsrpt.ReportRecord.Destination;
import dev.postern.gateway.tlsrpt.Transport.NotPossible;
import dev.postern.plan.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Makes reports of the days that are over, and brings them where the domains want them. All of a day's reports are on disk before its counts are
 * removed and before the first of them is sent: a restart loses none. Used by one thread, which it keeps waiting.
 */
final class Dispatcher implements AutoCloseable {
    /** Reports under way at one time. */
    private static final int PARALLEL = 8;
    private final ReportFolder folder;
    private final Dns dns;
    private final Transport<Destination.Https> https;
    private final Transport<Destination.Mail> mail;
    private final Supplier<Duration> delays;
    private final InstantSource clock;
    private final ReportNews news;
    private final Map<LocalDate, Duration> delay = new HashMap<>();
    private final ExecutorService workers = Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().name("tls-report-", 0).factory());

    /** @param delays by how much a day's reports are later than its end: a new one for each day */
    Dispatcher(ReportFolder folder, Dns dns, Transport<Destination.Https> https, Transport<Destination.Mail> mail, Supplier<Duration> delays, InstantSource clock,
            ReportNews news) {
        this.folder = folder;
        this.dns = dns;
        this.https = https;
        this.mail = mail;
        this.delays = delays;
        this.clock = clock;
        this.news = news;
    }

    /** Does what is due. Waits for servers. */
    void step(Settings settings) throws IOException, InterruptedException {
        for (LocalDate day : folder.days()) {
            if (over(day, clock.instant())) {
                release(day, settings);
            }
        }
        List<LocalDate> unfinished = folder.days();   // of these, reports may be on disk that will be composed anew
        Instant now = clock.instant();
        List<Callable<Void>> due = new ArrayList<>();
        for (Parcel parcel : folder.parcels()) {
            if (settings.tlsReporting() == null) {
                folder.remove(parcel);
            } else if (parcel.due(now) && !unfinished.contains(parcel.report().day())) {
                due.add(() -> deliver(parcel));
            }
        }
        all(due);
    }

    private void all(List<Callable<Void>> work) throws IOException, InterruptedException {
        for (var done : workers.invokeAll(work)) {
            try {
                done.get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause().toString(), e.getCause());
            }
        }
    }

    private boolean over(LocalDate day, Instant now) {
        Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return !now.isBefore(end) && !now.isBefore(end.plus(delay.computeIfAbsent(day, d -> delays.get())));
    }

    private void release(LocalDate day, Settings settings) throws IOException, InterruptedException {
        DayCounts counts = settings.tlsReporting() == null ? null : folder.load(day);
        if (counts != null) {
            all(counts.domains().stream().<Callable<Void>>map(domain -> () -> compose(domain, day, settings)).toList());
            news.composed(counts);
        }
        folder.remove(day);
        delay.remove(day);
    }

    /** Most domains ask for no reports: what is not asked for is not even composed. */
    private Void compose(DayCounts.DomainCounts domain, LocalDate day, Settings settings) throws IOException, InterruptedException {
        List<String> uris = null;
        try {
            uris = destinations(domain.domain());
            if (uris.isEmpty()) {
                return null;
            }
        } catch (IOException e) {
            // Looked up again before the first attempt.
        }
        folder.save(Parcel.of(Report.of(domain, day, settings, folder.instance()), uris, clock.instant()));
        return null;
    }

    private Void deliver(Parcel parcel) throws IOException, InterruptedException {
        List<String> uris = parcel.pending();
        if (uris == null) {
            try {
                uris = destinations(parcel.report().domain());
            } catch (IOException e) {
                later(parcel, null, List.of("the record of the domain: " + e.getMessage()));
                return null;
            }
        }
        List<String> left = new ArrayList<>();
        List<String> why = new ArrayList<>();
        for (String uri : uris) {
            try {
                send(parcel.report(), uri);
            } catch (IOException | RuntimeException e) {
                left.add(uri);
                why.add(uri + ": " + e.getMessage());
            }
        }
        if (left.isEmpty()) {
            folder.remove(parcel);
        } else {
            later(parcel, left, why);
        }
        return null;
    }

    private void later(Parcel parcel, List<String> left, List<String> why) throws IOException {
        Parcel next = parcel.later(left, clock.instant());
        if (next.expired(next.next())) {
            folder.remove(parcel);
            news.givenUp(parcel.report(), left, why);
        } else {
            folder.save(next);
            news.delayed(parcel.report(), why, next.next());
        }
    }

    private void send(Report report, String uri) throws IOException, InterruptedException {
        Destination to = ReportRecord.destination(uri).orElseThrow(() -> new IOException("not a URI that reports go to"));
        try {
            switch (to) {
                case Destination.Https target -> https.send(report, target);
                case Destination.Mail address -> mail.send(report, address);
            }
            news.sent(report, to);
        } catch (NotPossible e) {
            news.notPossible(report, to, e.getMessage());
        }
    }

    /** Where the domain wants its reports; empty where it wants none. */
    private List<String> destinations(String domain) throws IOException, InterruptedException {
        try {
            List<String> txt = dns.txt("_smtp._tls." + domain).toCompletableFuture().get();
            return ReportRecord.find(txt).map(r -> r.destinations().stream().map(Destination::uri).toList()).orElse(List.of());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Dns.DnsException dnsException && dnsException.kind() == Dns.DnsException.Kind.NOT_FOUND) {
                return List.of();
            }
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (RuntimeException e) {
            throw new IOException(e.toString(), e);
        }
    }

    /** Cuts off what is under way; it stays on disk. */
    @Override
    public void close() {
        workers.shutdownNow();
    }
}
