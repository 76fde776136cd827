package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;

/** What delivery counts; names of domains are left out, as there is no end of them. */
final class DeliveryMetrics {
    private final MeterRegistry registry;
    private final Timer latency;
    /** The registry itself holds it only weakly. */
    private final IntSupplier connections;

    DeliveryMetrics(MeterRegistry registry, IntSupplier connections) {
        this.registry = registry;
        this.connections = connections;
        this.latency = Timer.builder("postern.delivery.latency").description("From the queue to the next server").register(registry);
        registry.gauge("postern.delivery.connections", this.connections, IntSupplier::getAsInt);
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
}
