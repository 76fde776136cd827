package dev.postern.gateway.report;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;

/** Counts connections by DestinationControl and by what they came to. Beyond {@value #MOST} meters DestinationControls are counted as one. */
public final class OutcomeMetrics implements TlsResults {
    private static final int MOST = 4000;

    private final MeterRegistry meters;
    private final ConcurrentHashMap<Key, Counter> counters = new ConcurrentHashMap<>();

    private record Key(String resource, TlsResult.Outcome outcome) {
    }

    public OutcomeMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void result(TlsResult result) {
        Key key = new Key(result.resource().id(), result.outcome());
        Counter known = counters.get(key);
        if (known == null) {
            Key bounded = counters.size() < MOST ? key : new Key("other", result.outcome());
            known = counters.computeIfAbsent(bounded, k -> Counter.builder("postern.delivery.outcomes").description("What connections of delivery came to, as to TLS")
                    .tags("resource", k.resource, "outcome", k.outcome.name().toLowerCase(Locale.ROOT)).register(meters));
        }
        known.increment();
    }
}
