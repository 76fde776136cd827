package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.operator.status.PlanBoard;
import dev.postern.plan.Problem.Severity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;

/** What the operator counts; how long reconciliations take is counted by the SDK. */
@Singleton
public final class GatewayMetrics {
    private static final List<String> KINDS = List.of("MailGateway", "Listener", "MailFlowPolicy", "DestinationControl", "Certificate");

    private final MeterRegistry registry;
    private final Timer compilations;

    public GatewayMetrics(MeterRegistry registry, PlanBoard board) {
        this.registry = registry;
        compilations = Timer.builder("postern.operator.plan.compilation").description("Compilations of a plan").register(registry);
        for (String kind : KINDS) {
            for (Severity severity : Severity.values()) {
                Gauge.builder("postern.operator.problems", board, b -> b.problems(kind, severity))
                        .description("Problems of resources, by kind and severity")
                        .tags("kind", kind, "severity", severity.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
        }
    }

    Timer compilations() {
        return compilations;
    }

    void revisionChanged(MailGateway gateway) {
        Counter.builder("postern.operator.plan.revision.changes").description("Plans written that differ from the one before")
                .tags("namespace", gateway.getMetadata().getNamespace(), "gateway", gateway.getMetadata().getName()).register(registry).increment();
    }

    void forget(MailGateway gateway) {
        registry.find("postern.operator.plan.revision.changes")
                .tags("namespace", gateway.getMetadata().getNamespace(), "gateway", gateway.getMetadata().getName()).counters().forEach(registry::remove);
    }
}
