package dev.postern.gateway.config;

import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import dev.postern.gateway.report.MailLog;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Watches one object, the index, and gets what it names when it changes. A plan whose parts do not match the index is read
 * again, as it is being written or was written in part; one that stays so is handed on all the same, to be refused with its
 * reason. Without the API server the plan in force goes on; the watch comes back by itself.
 */
public final class KubernetesPlanSource implements PlanSource {
    /** How often the API server is asked whether the watch tells the truth. */
    private static final Duration RESYNC = Duration.ofSeconds(30);
    /** How long parts may be at odds with their index before that is called a fault. */
    private static final Duration GRACE = Duration.ofSeconds(3);
    /** A watch that lived this long did not fail at once. */
    private static final Duration LIVED = Duration.ofSeconds(10);

    private final KubernetesClient client;
    private final String namespace;
    private final String indexName;
    private final PlanFetcher fetcher;
    private final Predicate<PlanParts.Index> inForce;
    private final Consumer<String> unreadable;
    private final MailLog log;
    private final Duration resync;
    private final Counter reconnects;
    private final Semaphore wake = new Semaphore(0);
    private final Backoff reconnect = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    private final Backoff again = new Backoff(Duration.ofMillis(10), Duration.ofSeconds(10));
    private final Worker worker = new Worker();
    private Consumer<Written> consumer;
    private IndexWatch watch;
    private long watchingSince;
    private long checkedAt;
    private PlanParts.Index unsettled;
    private long unsettledSince;
    private Written offered;
    private boolean toldOfLoss;
    private volatile boolean connected;
    private volatile boolean closed;

    /**
     * @param client     with no retries of its own, as {@link GatewayClient} makes it; closed by its owner, after this
     * @param inForce    whether the plan of an index is the one in force
     * @param unreadable told, in a sentence, when the index is none
     */
    public KubernetesPlanSource(KubernetesClient client, String namespace, String gateway, Predicate<PlanParts.Index> inForce,
            Consumer<String> unreadable, MailLog log, MeterRegistry meters) {
        this(client, namespace, gateway, inForce, unreadable, log, meters, RESYNC);
    }

    KubernetesPlanSource(KubernetesClient client, String namespace, String gateway, Predicate<PlanParts.Index> inForce,
            Consumer<String> unreadable, MailLog log, MeterRegistry meters, Duration resync) {
        this.client = client;
        this.namespace = namespace;
        this.indexName = PlanNames.index(gateway);
        this.fetcher = new PlanFetcher(client, namespace, gateway);
        this.inForce = inForce;
        this.unreadable = unreadable;
        this.log = log;
        this.resync = resync;
        reconnects = Counter.builder("postern.plan.watches").description("Watches begun for the plan's index").register(meters);
        Gauge.builder("postern.plan.connected", this, source -> source.connected ? 1 : 0)
                .description("1 while the plan's index is watched, 0 while the API server cannot be reached").register(meters);
    }

    /** Whether the index is being watched at present. */
    public boolean isConnected() {
        return connected;
    }

    @Override
    public void start(Consumer<Written> consumer) {
        this.consumer = consumer;
        worker.start("plan-watch", this::run);
    }

    @Override
    public void close() {
        closed = true;
        worker.stop();
    }

    private void run() {
        try {
            while (!closed) {
                Duration wait;
                try {
                    wait = watch();
                    if (wait.isZero()) {
                        wait = settle();
                    }
                } catch (RuntimeException e) {
                    lost(e.getMessage());
                    wait = reconnect.next();
                }
                if (wake.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            endWatch();
        }
    }

    /** Sees to it that there is a watch that tells the truth; answers how long to wait before the next attempt, zero when there is one. */
    private Duration watch() {
        if (watch != null && watch.ended()) {
            boolean lived = System.nanoTime() - watchingSince > LIVED.toNanos();
            endWatch();
            if (!lived) {
                return reconnect.next();
            }
        }
        if (watch != null && System.nanoTime() - checkedAt > resync.toNanos() / 2) {
            checkedAt = System.nanoTime();
            if (!watch.isCurrent()) {
                endWatch();
            }
        }
        if (watch == null) {
            watch = new IndexWatch(client, namespace, indexName, wake::release);
            watchingSince = System.nanoTime();
            checkedAt = watchingSince;
            reconnects.increment();
            connected = true;
            if (toldOfLoss) {
                toldOfLoss = false;
                log.log(new Notice(Level.Info, "the API server is reachable again"));
            }
        } else if (System.nanoTime() - watchingSince > LIVED.toNanos()) {
            reconnect.reset();
        }
        return Duration.ZERO;
    }

    /** Hands the present plan on where it is not in force; answers when to look again. */
    private Duration settle() throws InterruptedException {
        PlanParts.Index index = index(watch.latest());
        if (index == null) {
            return Backoff.jittered(resync);
        }
        boolean asBefore = index.equals(unsettled);
        Written written = fetcher.fetch(index, asBefore);
        if (!inForce.test(index)) {
            if (!asBefore) {
                unsettled = index;
                unsettledSince = System.nanoTime();
                again.reset();
            }
            boolean patience = System.nanoTime() - unsettledSince < GRACE.toNanos();
            if ((fetcher.isWhole(index) || !patience) && !written.equals(offered)) {
                offered = written;
                consumer.accept(written);
            }
            if (!inForce.test(index)) {
                return again.next();
            }
        }
        unsettled = null;
        offered = null;
        return Backoff.jittered(resync);
    }

    private PlanParts.Index index(ConfigMap map) {
        if (map == null) {
            return null;
        }
        String json = map.getData() == null ? null : map.getData().get(PlanNames.INDEX_KEY);
        try {
            if (json == null) {
                throw new IllegalArgumentException("it has no key " + PlanNames.INDEX_KEY);
            }
            return PlanParts.Index.parse(json);
        } catch (IllegalArgumentException e) {
            unreadable.accept("ConfigMap " + indexName + " is not a plan's index: " + e.getMessage());
            return null;
        }
    }

    private void lost(String why) {
        endWatch();
        if (!toldOfLoss && !closed) {
            toldOfLoss = true;
            log.log(new Notice(Level.Warning, "the plan cannot be read from the API server; the one in force goes on: " + why));
        }
    }

    private void endWatch() {
        connected = false;
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }
}
