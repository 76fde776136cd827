package dev.postern.operator.certificate.verify;

import dev.postern.dns.Dns;
import dev.postern.dns.Dns.DnsException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The MX hosts of the domains that Certificates care for. Nobody waits here: what is not known is looked up, and when an answer
 * is another than before, the Certificates that care are told. Domains that one cares for are looked up again when {@link #FRESH}
 * is over; within a record's TTL the resolver answers from its cache. An answer outlives lookups that fail for
 * {@link #LASTING}, since a resolver that is away says nothing about the domain.
 */
public final class MxRecords implements AutoCloseable {
    static final Duration FRESH = Duration.ofMinutes(15);
    static final Duration RETRY = Duration.ofMinutes(1);
    static final Duration LASTING = Duration.ofDays(1);
    static final int MAX_LOOKUPS = 8;
    static final int MAX_DOMAINS = 20_000;
    private static final Duration SWEEP = Duration.ofSeconds(15);

    /** Null where nobody is to be asked. */
    private final Dns dns;
    private final InstantSource clock;
    private final Consumer<ResourceID> changed;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<ResourceID, Set<String>> wanted = new HashMap<>();
    private final Queue<String> waiting = new ArrayDeque<>();
    private int underWay;
    private ScheduledExecutorService sweeper;

    private static final class Entry {
        private final Set<ResourceID> carers = new HashSet<>();
        private MxAnswer answer = new MxAnswer.Pending();
        private Instant answered = Instant.MIN;
        private Instant due = Instant.MIN;
        private boolean queued;
    }

    /**
     * @param dns     null where nobody is to be asked
     * @param changed told of each Certificate that cares for a domain whose answer changed
     */
    public MxRecords(Dns dns, InstantSource clock, Consumer<ResourceID> changed) {
        this.dns = dns;
        this.clock = clock;
        this.changed = changed;
    }

    /** Says for which domains a Certificate cares from now on, and what is known of them. */
    Map<String, MxAnswer> care(ResourceID certificate, Collection<String> domains) {
        Map<String, MxAnswer> answers = new HashMap<>();
        if (dns == null) {
            domains.forEach(domain -> answers.put(domain, new MxAnswer.Off()));
            return answers;
        }
        synchronized (this) {
            Set<String> now = new LinkedHashSet<>(domains);
            Set<String> before = now.isEmpty() ? wanted.remove(certificate) : wanted.put(certificate, now);
            if (before != null) {
                before.stream().filter(domain -> !now.contains(domain)).forEach(domain -> abandon(domain, certificate));
            }
            for (String domain : now) {
                Entry entry = entries.get(domain);
                if (entry == null && entries.size() >= MAX_DOMAINS) {
                    answers.put(domain, new MxAnswer.Failed("the operator looks up " + MAX_DOMAINS + " domains at most"));
                    continue;
                }
                entry = entry != null ? entry : entries.computeIfAbsent(domain, key -> new Entry());
                entry.carers.add(certificate);
                answers.put(domain, entry.answer);
                enqueue(domain, entry);
            }
            if (sweeper == null && !now.isEmpty()) {
                sweeper = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("mx-records").factory());
                sweeper.scheduleWithFixedDelay(this::sweep, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        lookUp();
        return answers;
    }

    /** A Certificate is gone. */
    void forget(ResourceID certificate) {
        care(certificate, List.of());
    }

    /** Looks up again what is no longer fresh. */
    void sweep() {
        synchronized (this) {
            entries.forEach(this::enqueue);
        }
        lookUp();
    }

    private void abandon(String domain, ResourceID certificate) {
        Entry entry = entries.get(domain);
        if (entry != null && entry.carers.remove(certificate) && entry.carers.isEmpty()) {
            entries.remove(domain);
        }
    }

    private void enqueue(String domain, Entry entry) {
        if (!entry.queued && !clock.instant().isBefore(entry.due)) {
            entry.queued = true;
            waiting.add(domain);
        }
    }

    private void lookUp() {
        for (String domain = next(); domain != null; domain = next()) {
            String asked = domain;
            // Never at once, on this stack: what the resolver has in its cache is there at once, and the next is asked for from there.
            dns.mx(domain).whenCompleteAsync((hosts, error) -> answered(asked, hosts, error), Thread::startVirtualThread);
        }
    }

    private synchronized String next() {
        if (underWay >= MAX_LOOKUPS) {
            return null;
        }
        String domain = waiting.poll();
        underWay += domain == null ? 0 : 1;
        return domain;
    }

    private void answered(String domain, List<Dns.Mx> hosts, Throwable error) {
        MxAnswer answer = error == null ? new MxAnswer.Hosts(hosts.stream().map(Dns.Mx::host).map(ServedName::normal).distinct().sorted().toList()) : failure(error);
        Set<ResourceID> tell = Set.of();
        synchronized (this) {
            underWay--;
            Entry entry = entries.get(domain);
            if (entry != null) {
                tell = take(entry, answer) ? Set.copyOf(entry.carers) : tell;
            }
        }
        tell.forEach(changed);
        lookUp();
    }

    /** Whether it is another than before. */
    private boolean take(Entry entry, MxAnswer answer) {
        Instant now = clock.instant();
        boolean failed = answer instanceof MxAnswer.Failed;
        entry.queued = false;
        entry.due = now.plus(failed ? RETRY : FRESH);
        boolean keeps = failed && !(entry.answer instanceof MxAnswer.Pending) && !(entry.answer instanceof MxAnswer.Failed)
                && now.isBefore(entry.answered.plus(LASTING));
        if (keeps || entry.answer.equals(answer)) {
            entry.answered = failed ? entry.answered : now;
            return false;
        }
        // Why it fails may read otherwise each time: one failure is enough to say.
        boolean news = !(failed && entry.answer instanceof MxAnswer.Failed);
        entry.answer = news ? answer : entry.answer;
        entry.answered = now;
        return news;
    }

    private static MxAnswer failure(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof DnsException known && known.kind() != DnsException.Kind.TEMPORARY ? new MxAnswer.NoMail(known.getMessage())
                : new MxAnswer.Failed(String.valueOf(cause.getMessage()));
    }

    /** Asks nobody any more. */
    @Override
    public synchronized void close() {
        if (sweeper != null) {
            sweeper.shutdownNow();
        }
        waiting.clear();
    }
}
