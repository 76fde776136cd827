package dev.postern.gateway.mtasts;

import dev.postern.dns.Dns;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailLog;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * The policies that domains publish: looked up when mail asks for them, kept in memory and on disk for as long as they say, and fetched
 * anew now and then before their time is over. Lookups of one domain at the same time are one.
 */
public final class PublishedPolicies implements StsPolicies, AutoCloseable {
    /** Policies kept, and domains without one that are known; what was not asked for longest gives way. */
    static final int BOUND = 10_000;
    /** Of all policies kept, in characters: an ordinary one has 200, the longest allowed 65,536. */
    static final long LONGEST = 16_000_000;
    private static final Duration ROUND = Duration.ofMinutes(1);
    private static final int REFRESHED_AT_ONCE = 8;
    /** Of domains that can have a policy; others exist in SMTP, and file names are made of these. */
    private static final Pattern DOMAIN = Pattern.compile("(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+");

    private final KnownDomains domains;
    private final Keeper keeper;
    private final PolicyLookup lookup;
    private final MailLog log;
    private final InstantSource clock;
    private final Map<String, CompletableFuture<StsAnswer>> underWay = new ConcurrentHashMap<>();
    /** Held while memory and disk change together. */
    private final Object writing = new Object();
    private final Thread refresher;
    private volatile boolean closing;

    /**
     * Reads what is kept in a folder, and starts. Where the folder cannot be used, says so in the log and goes on in memory.
     *
     * @param folder of its own; made where it is missing
     */
    public PublishedPolicies(Path folder, Dns dns, PolicyFetcher fetcher, MailLog log, MeterRegistry meters, InstantSource clock) {
        this(folder, dns, fetcher, log, meters, clock, BOUND, LONGEST);
    }

    PublishedPolicies(Path folder, Dns dns, PolicyFetcher fetcher, MailLog log, MeterRegistry meters, InstantSource clock, int bound, long longest) {
        this.log = log;
        this.clock = clock;
        domains = new KnownDomains(bound, longest);
        keeper = new Keeper(folder, log);
        lookup = new PolicyLookup(dns, fetcher, clock,
                result -> meters.counter("postern.mtasts.fetches", "result", result).increment());
        meters.gauge("postern.mtasts.policies", domains, KnownDomains::policies);
        Instant now = clock.instant();
        keeper.read(now).entrySet().stream().sorted(Comparator.comparing(e -> e.getValue().used()))
                .forEach(e -> giveUp(domains.put(e.getKey(), new Known(e.getValue(), null, null, now, null))));
        refresher = Thread.ofVirtual().name("mta-sts-refresh").start(this::run);
    }

    @Override
    public CompletionStage<StsAnswer> find(String domain) {
        if (!DOMAIN.matcher(domain).matches()) {
            return CompletableFuture.completedFuture(StsAnswer.ABSENT);
        }
        Instant now = clock.instant();
        Known known = domains.use(domain, now);
        return known != null && known.good(now) ? CompletableFuture.completedFuture(known.answer()) : look(domain, false).copy();
    }

    /** Ends the refreshing. Lookups under way end by themselves; their connections do not outlive their event loops. */
    @Override
    public void close() {
        closing = true;
        refresher.interrupt();
    }

    private CompletableFuture<StsAnswer> look(String domain, boolean refresh) {
        CompletableFuture<StsAnswer> mine = new CompletableFuture<>();
        CompletableFuture<StsAnswer> other = underWay.putIfAbsent(domain, mine);
        if (other != null) {
            return other;
        }
        Thread.ofVirtual().name("mta-sts-" + domain).start(() -> {
            StsAnswer answer = StsAnswer.ABSENT;
            try {
                answer = settle(domain, refresh);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                if (!closing) {
                    log.log(new Notice(Level.Critical, "MTA-STS lookup of " + domain + " failed unexpectedly: " + e));
                }
                Known known = domains.get(domain);
                answer = known == null || known.ended(clock.instant()) ? answer : known.answer();
            } finally {
                underWay.remove(domain);
                mine.complete(answer);
            }
        });
        return mine;
    }

    private StsAnswer settle(String domain, boolean refresh) throws InterruptedException {
        Known before = domains.get(domain);
        Known after = lookup.look(domain, before, refresh);
        Known.Kept had = before == null ? null : before.kept();
        synchronized (writing) {
            if (after.kept() == null && had != null) {
                keeper.remove(domain);
            } else if (after.kept() != null && (had == null || !had.policy().equals(after.kept().policy()) || !had.fetched().equals(after.kept().fetched()))) {
                keeper.write(domain, after.kept());
            }
            giveUp(domains.put(domain, after));
        }
        if (!closing) {
            Changes.of(domain, before, after).forEach(log::log);
        }
        return after.answer();
    }

    private void giveUp(List<String> gone) {
        gone.forEach(keeper::remove);
    }

    private void run() {
        try {
            while (!closing) {
                Thread.sleep(ROUND);
                tend();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();   // closing
        }
    }

    /** Removes what ended, and fetches what is due; waits for as long as too much of it is under way. */
    void tend() throws InterruptedException {
        Instant now = clock.instant();
        for (String domain : domains.holding(known -> known.ended(now))) {
            end(domain, now);
        }
        Semaphore places = new Semaphore(REFRESHED_AT_ONCE);
        for (String domain : domains.holding(known -> known.refreshDue(now))) {
            places.acquire();
            look(domain, true).whenComplete((answer, error) -> places.release());
        }
        places.acquire(REFRESHED_AT_ONCE);
    }

    /** Left to the lookup where one is under way: that may bring a newer one just now. */
    private void end(String domain, Instant now) {
        synchronized (writing) {
            Known known = domains.get(domain);
            if (known == null || !known.ended(now) || underWay.containsKey(domain)) {
                return;
            }
            keeper.remove(domain);
            domains.put(domain, known.withoutPolicy());
            Changes.of(domain, known, known.withoutPolicy()).forEach(log::log);
        }
    }
}
