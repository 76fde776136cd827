package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What delivery counts; names of domains are left out, as there is no end of them. */
final class DeliveryMetrics {
    private static final Duration[] BOUNDS = {Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(2),
        Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofHours(8)};
    private static final long SURVEY_NANOS = Duration.ofSeconds(10).toNanos();

    private final MeterRegistry registry;
    private final Timer latency;
    private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
    /** The registry itself holds it only weakly. */
    private final IntSupplier connections;
    private Survey survey;
    private long surveyed;

    /** What a message's way is made of. */
    enum Stage {
        /** From its coming in to its first attempt. */
        QUEUE,
        /** Until the connection stands. */
        CONNECT,
        /** STARTTLS and the handshake. */
        TLS,
        /** From MAIL FROM to the answer to its end. */
        TRANSACTION
    }

    DeliveryMetrics(MeterRegistry registry, IntSupplier connections) {
        this.registry = registry;
        this.connections = connections;
        this.latency = Timer.builder("postern.delivery.latency").description("From the queue to the next server").serviceLevelObjectives(BOUNDS).register(registry);
        for (Stage stage : Stage.values()) {
            stages.put(stage, Timer.builder("postern.delivery.stage").description("Parts of a message's way: until its first attempt, connecting, TLS, the transaction")
                    .tag("stage", stage.name().toLowerCase(Locale.ROOT)).serviceLevelObjectives(BOUNDS).register(registry));
        }
        registry.gauge("postern.delivery.connections", this.connections, IntSupplier::getAsInt);
    }

    /**
     * Shows how much waits. It is counted when it is asked for, every ten seconds at most.
     *
     * @param surveys counts
     * @param now     milliseconds since the epoch
     */
    void queues(Supplier<Survey> surveys, Supplier<Long> now) {
        gauge("due", Survey::due, surveys);
        gauge("later", Survey::later, surveys);
        gauge("underway", Survey::underWay, surveys);
        Gauge.builder("postern.delivery.oldest", () -> {
            long oldest = survey(surveys).oldest();
            return oldest == 0 ? 0 : Math.max(0, now.get() - oldest) / 1000.0;
        }).description("Age of the oldest message that waits").baseUnit("seconds").strongReference(true).register(registry);
    }

    private void gauge(String state, ToDoubleFunction<Survey> count, Supplier<Survey> surveys) {
        Gauge.builder("postern.delivery.queue", () -> count.applyAsDouble(survey(surveys))).description("Messages by destination that wait or are being tried").tag("state", state)
                .strongReference(true).register(registry);
    }

    private synchronized Survey survey(Supplier<Survey> surveys) {
        if (survey == null || System.nanoTime() - surveyed > SURVEY_NANOS) {
            survey = surveys.get();
            surveyed = System.nanoTime();
        }
        return survey;
    }

    /** @param result delivered, delayed or bounced */
    void message(String result) {
        registry.counter("postern.delivery.messages", "result", result).increment();
    }

    /** @param result opened or failed */
    void attempt(String result) {
        registry.counter("postern.delivery.attempts", "result", result).increment();
    }

    /** @param result clear, encrypted, verified, unverified or failed */
    void tls(TlsMode mode, String result) {
        registry.counter("postern.delivery.tls", "mode", mode.name(), "result", result).increment();
    }

    void delivered(long millis) {
        latency.record(Duration.ofMillis(Math.max(0, millis)));
    }

    void stage(Stage stage, long millis) {
        stages.get(stage).record(Duration.ofMillis(Math.max(0, millis)));
    }

    /** @param begin by {@link System#nanoTime} */
    void since(Stage stage, long begin) {
        stages.get(stage).record(Duration.ofNanos(System.nanoTime() - begin));
    }
}
