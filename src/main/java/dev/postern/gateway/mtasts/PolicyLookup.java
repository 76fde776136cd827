package dev.postern.gateway.mtasts;

import dev.postern.dns.Dns;
import dev.postern.gateway.mtasts.Known.Failed;
import dev.postern.gateway.mtasts.Known.Kept;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** One look at what a domain publishes (RFC 8461 sections 3.1, 3.3 and 5.1), given what is known already. Waits: for virtual threads. */
final class PolicyLookup {
    /** How long what a domain announces is believed not to change. */
    static final Duration BETWEEN_LOOKS = Duration.ofMinutes(5);
    /** The same where DNS gave no answer. */
    static final Duration AFTER_DNS_FAILURE = Duration.ofMinutes(1);
    /** How long a policy whose fetch failed is left alone, until another is announced (RFC 8461 section 3.3). */
    static final Duration AFTER_FAILURE = Duration.ofMinutes(5);

    private final Dns dns;
    private final PolicyFetcher fetcher;
    private final InstantSource clock;
    private final Consumer<String> results;

    /** @param results takes the result of every fetch: {@code fetched}, or a result type of RFC 8460 */
    PolicyLookup(Dns dns, PolicyFetcher fetcher, InstantSource clock, Consumer<String> results) {
        this.dns = dns;
        this.fetcher = fetcher;
        this.clock = clock;
        this.results = results;
    }

    /**
     * Looks. A policy that is kept stays in force whatever goes wrong, until its time is over.
     *
     * @param before  what is known, or null
     * @param refresh whether to fetch a policy that is kept and still announced
     */
    Known look(String domain, Known before, boolean refresh) throws InterruptedException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Kept kept = before == null || before.ended(now) ? null : before.kept();
        Failed failed = before == null ? null : before.failed();
        Instant tried = refresh ? now : before == null || kept == null ? null : before.tried();
        StsRecord record;
        try {
            record = StsRecord.read(dns.txt("_mta-sts." + domain).toCompletableFuture().get());
        } catch (ExecutionException e) {
            return new Known(kept, failed, null, now.plus(AFTER_DNS_FAILURE), tried);
        }
        Instant again = now.plus(BETWEEN_LOOKS);
        if (record.id() == null) {
            return new Known(kept, null, record.error(), again, tried);
        }
        boolean current = kept != null && kept.policy().id().equals(record.id());
        if (current && !refresh) {
            return new Known(kept, failed != null && failed.id().equals(record.id()) ? failed : null, null, again, tried);
        }
        if (failed != null && failed.id().equals(record.id()) && now.isBefore(failed.at().plus(AFTER_FAILURE))) {
            return new Known(kept, failed, null, failed.at().plus(AFTER_FAILURE), tried);
        }
        Instant used = refresh && kept != null ? kept.used() : now;
        return fetch(domain, record.id(), now, used, new Known(kept, null, null, again, tried));
    }

    private Known fetch(String domain, String id, Instant now, Instant used, Known otherwise) throws InterruptedException {
        try {
            StsPolicy policy = StsPolicyReader.read(id, fetcher.fetch(domain));
            results.accept("fetched");
            return new Known(new Kept(policy, now, used), null, null, now.plus(BETWEEN_LOOKS), null);
        } catch (StsException e) {
            results.accept(e.failure().resultType());
            Failed failed = new Failed(id, clock.instant().truncatedTo(ChronoUnit.SECONDS), e.failure(), e.getMessage());
            return new Known(otherwise.ended(failed.at()) ? null : otherwise.kept(), failed, null, failed.at().plus(AFTER_FAILURE), otherwise.tried());
        }
    }
}
