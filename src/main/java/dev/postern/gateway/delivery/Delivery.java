package dev.postern.gateway.delivery;

import dev.postern.dns.Dns;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.mtasts.StsPolicies;
import dev.postern.gateway.report.MailLog;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResults;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.Spool;
import dev.postern.plan.DestinationPlan;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Delivers what the spool holds. Once started, it goes on until {@link #stop}. */
public final class Delivery {
    private final PlanHolder plans;
    private final Scheduler scheduler;
    private final Settler settler;
    private final Context context;
    private final ClockWatch watch;
    private final Returns returns;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final SpoolScan scan;
    private final AgeSweep ages;
    private Thread sweeping;
    private RestKeeper rests;
    private Thread keeping;
    private final Queues queues = new Queues() {
        @Override
        public List<Destination> destinations() {
            return scheduler.upkeep().survey().destinations();
        }

        @Override
        public void flush(Predicate<String> domains) {
            scheduler.retryNow(domains);
        }

        @Override
        public void wake(Predicate<String> domains) {
            scheduler.upkeep().wake(domains);
        }

        @Override
        public Set<Long> withdraw(Set<Long> mids) {
            return scheduler.upkeep().withdraw(mids);
        }

        @Override
        public void enqueue(Envelope envelope) {
            scheduler.bringBack(envelope);
        }
    };
    private ActivePlan last;

    /**
     * A delivery that has not started.
     *
     * @param plans read for every attempt; nothing is delivered before it holds one
     * @param group event loops of the connections; epoll's or NIO's; not closed here
     */
    public Delivery(PlanHolder plans, Spool spool, Dns dns, StsPolicies policies, MailLog log, TlsFailures tlsFailures, TlsResults tlsResults, MeterRegistry metrics, InstantSource clock,
            EventLoopGroup group, DeliveryOptions options) {
        this.plans = plans;
        this.scheduler = new Scheduler(options, this::plan, this::launch, clock, new SteadyClock(clock));
        DeliveryMetrics counted = new DeliveryMetrics(metrics, scheduler::workers);
        this.settler = new Settler(spool, scheduler, log, counted, clock);
        this.returns = new Returns(spool, log, clock, () -> plans.current() == null ? null : plans.current().plan().settings());
        Dialer dialer = new Dialer(new Dialer.Tools(group, options.timeouts(), address -> dns.confirmedName(address).toCompletableFuture().join(), log, tlsFailures, tlsResults, counted, clock));
        this.context = new Context(plans, spool, new Discovery(dns, policies), log, clock, options, scheduler, settler, dialer, counted);
        counted.queues(scheduler.upkeep()::survey, clock::millis);
        this.scan = new SpoolScan(spool, scheduler, log);
        this.ages = new AgeSweep(context);
        watch = new ClockWatch(clock, System::nanoTime, log, () -> scheduler.retryNow(domain -> true));
    }

    /** To be called before the start: keeps there which destinations rest, so that the next start knows. */
    public void remembers(Path file) {
        rests = new RestKeeper(file, scheduler, context.log());
        rests.load();
    }

    /** Starts. What the spool holds is taken up beside: the first of it travels while the last is read. */
    public void start() {
        context.spool().quarantined().forEach(mid -> context.spool().envelope(mid).thenAccept(this::damaged));
        scheduler.start();
        scan.start();
        sweeping = Thread.ofVirtual().name("delivery-ages").start(ages);
        watch.start();
        if (rests != null) {
            keeping = Thread.ofVirtual().name("delivery-rests").start(rests);
        }
        plans.subscribe(this::changed);
    }

    /** A message that was found damaged before: those who sent it are still to be told, if its envelope can be read. */
    private void damaged(Envelope envelope) {
        if (envelope != null && envelope.pending()) {
            scheduler.enqueue(envelope);
        }
    }

    /** Takes up a message: for the spool's {@code onCommitted}, which must tell of each once. Never waits. */
    public void enqueue(Envelope envelope) {
        scheduler.enqueue(envelope);
    }

    /**
     * What sends past spool and queue. Its failures of TLS are no alerts, as it is what tells of alerts.
     *
     * @param results takes what its connections come to
     */
    public DirectSender direct(TlsResults results) {
        return new DirectSender(context, context.dialer().telling(failure -> { }, results));
    }

    /** What waits, and how it is steered. */
    public Queues queues() {
        return queues;
    }

    /** Returns mail to its senders, for administrators. */
    public Returns returns() {
        return returns;
    }

    /** What waits for a domain in lower-case A-labels, with at most {@code listed} messages by name. Never waits. */
    public Waiting waiting(String domain, int listed) {
        return scheduler.upkeep().waiting(domain, listed);
    }

    /**
     * Stops: no attempt begins, those under way have {@code grace} to end, and then are cut off. What is not settled stays pending
     * in the spool, which must stay open until this returns.
     */
    public void stop(Duration grace) throws InterruptedException {
        watch.close();
        scheduler.stop();
        scan.stop();
        if (keeping != null) {
            keeping.interrupt();
            keeping.join();
            rests.keep();
        }
        if (sweeping != null) {
            sweeping.interrupt();
            sweeping.join();
        }
        if (!scheduler.awaitEnd(grace)) {
            threads.forEach(Thread::interrupt);
            scheduler.awaitEnd(Duration.ofSeconds(5));
        }
        for (int i = 0; i < 500 && settler.writing() > 0; i++) {
            Thread.sleep(10);
        }
    }

    private void changed(ActivePlan next) {
        ActivePlan before = last;
        last = next;
        scheduler.retryNow(domain -> before != null
                && Destinations.changed(before, Destinations.find(before, domain), next, Destinations.find(next, domain)));
    }

    /** Looks for mail that is too old, as is done at intervals. */
    void sweepAges() throws InterruptedException {
        ages.sweep();
    }

    private DestinationPlan plan(String domain) {
        ActivePlan active = plans.current();
        return active == null ? null : Destinations.find(active, domain);
    }

    private void launch(DomainQueue queue, Entry entry) {
        DomainWorker worker = new DomainWorker(context, queue, entry);
        Thread thread = Thread.ofVirtual().name("delivery-" + queue.domain()).unstarted(() -> {
            try {
                worker.run();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
    }
}
