package dev.postern.gateway.config;

import dev.postern.plan.PlanNames;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Writes what this pod serves into the ConfigMap that the operator made for it: at once after every change, again where it failed, and
 * every now and then where the API server has something else. Each pod applies its own key as its own field manager.
 */
public final class ServingReporter implements AutoCloseable {
    private final PodEntry entry;
    private final Supplier<ServingReport> report;
    private final Duration resync;
    private final Counter failures;
    private final Semaphore wake = new Semaphore(0);
    private final Backoff again = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30));
    private final Worker worker = new Worker();
    private volatile boolean closed;

    /**
     * @param client closed by its owner, after this
     * @param report what is served now; asked by one thread of this
     * @param resync how often to look whether the API server still has it, such as a minute
     */
    public ServingReporter(KubernetesClient client, String namespace, String gateway, String pod, Supplier<ServingReport> report, Duration resync,
            MeterRegistry meters) {
        entry = new PodEntry(client, namespace, PlanNames.serving(gateway), pod);
        this.report = report;
        this.resync = resync;
        failures = Counter.builder("postern.serving.failures").description("Reports of what is served that could not be written").register(meters);
    }

    public void start() {
        changed();
        worker.start("serving-report", this::run);
    }

    /** Something changed that the report tells. Never blocks; many calls make one report. */
    public void changed() {
        wake.release();
    }

    @Override
    public void close() {
        closed = true;
        worker.stop();
    }

    private void run() {
        String written = null;
        Duration wait = resync;
        try {
            while (!closed) {
                boolean signalled = wake.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
                try {
                    String json = report.get().toJson();
                    if (!json.equals(written) || !signalled && !json.equals(entry.read())) {
                        written = null;
                        entry.write(json);
                        written = json;
                    }
                    again.reset();
                    wait = Backoff.jittered(resync);
                } catch (RuntimeException e) {
                    if (closed) {
                        return;
                    }
                    failures.increment();
                    wait = again.next();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
