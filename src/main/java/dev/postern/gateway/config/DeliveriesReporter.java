package dev.postern.gateway.config;

import dev.postern.gateway.report.DestinationOutcomes;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.HttpURLConnection;
import java.time.Duration;

/**
 * Writes how TLS went to destinations into the ConfigMap that the operator made for it: soon after a failure, at leisure otherwise, and
 * never where nothing changed. All pods share a ConfigMap, which holds 1 MiB: where it is full each writes less.
 */
public final class DeliveriesReporter implements AutoCloseable {
    private static final int MOST_BYTES = 200 << 10;
    private static final int LEAST_BYTES = 4 << 10;
    private static final int UNPROCESSABLE = 422;

    private final PodEntry entry;
    private final String podUid;
    private final DestinationOutcomes outcomes;
    private final Pace pace;
    private final Counter failures;
    private final Backoff again;
    private final Worker worker = new Worker();
    private int maxBytes = MOST_BYTES;
    private volatile boolean closed;

    /**
     * How often it writes, at most.
     *
     * @param failures where a connection failed, or the domain of one that had failed works again
     * @param others   where none did
     * @param resync   how often to look whether the API server still has it
     */
    public record Pace(Duration failures, Duration others, Duration resync) {
        public static final Pace STANDARD = new Pace(Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofMinutes(10));
    }

    /** @param client closed by its owner, after this */
    public DeliveriesReporter(KubernetesClient client, String namespace, String gateway, String pod, String podUid, DestinationOutcomes outcomes, Pace pace,
            MeterRegistry meters) {
        entry = new PodEntry(client, namespace, PlanNames.deliveries(gateway), pod);
        this.podUid = podUid;
        this.outcomes = outcomes;
        this.pace = pace;
        again = new Backoff(pace.failures, Duration.ofMinutes(2));
        failures = Counter.builder("postern.deliveries.failures").description("Reports of how TLS went that could not be written").register(meters);
    }

    public void start() {
        worker.start("deliveries-report", this::run);
    }

    @Override
    public void close() {
        closed = true;
        worker.stop();
    }

    private void run() {
        var told = new DestinationOutcomes.Version(0, 0);
        String written = null;
        long writtenAt = System.nanoTime() - pace.others.toNanos();
        long checkedAt = System.nanoTime();
        Duration wait = Backoff.jittered(pace.failures);
        try {
            while (!closed) {
                Thread.sleep(wait);
                wait = pace.failures;
                try {
                    var now = outcomes.version();
                    boolean check = written != null && System.nanoTime() - checkedAt >= pace.resync.toNanos();
                    if (check) {
                        checkedAt = System.nanoTime();
                        written = entry.read();
                    }
                    boolean due = now.failures() != told.failures() || System.nanoTime() - writtenAt >= pace.others.toNanos();
                    if (check || due && !now.equals(told)) {
                        String json = outcomes.report(podUid, maxBytes).toJson();
                        if (!json.equals(written)) {
                            entry.write(json);
                            written = json;
                            writtenAt = System.nanoTime();
                        }
                        told = now;
                    }
                    again.reset();
                } catch (RuntimeException e) {
                    if (closed) {
                        return;
                    }
                    failures.increment();
                    if (tooLarge(e)) {
                        maxBytes = Math.max(LEAST_BYTES, maxBytes / 2);
                    }
                    wait = again.next();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean tooLarge(RuntimeException e) {
        return e instanceof KubernetesClientException refused && (refused.getCode() == UNPROCESSABLE || refused.getCode() == HttpURLConnection.HTTP_ENTITY_TOO_LARGE);
    }
}
