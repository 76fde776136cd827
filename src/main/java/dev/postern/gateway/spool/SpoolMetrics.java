package dev.postern.gateway.spool;

import dev.postern.gateway.spool.log.LogRepair;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the spool tells of itself. Its meters leave the registry with it. */
final class SpoolMetrics implements AutoCloseable {
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Timer commit;
    private final DistributionSummary groupSize;
    private final Counter syncFailures;

    SpoolMetrics(MeterRegistry registry, LongSupplier messages, LongSupplier held, LongSupplier quarantined, LongSupplier freeBytes,
            LogRepair.Outcome logs) {
        this.registry = registry;
        gauge("postern.spool.messages", "Messages held", null, messages);
        gauge("postern.spool.held", "Messages that wait until an administrator releases them", null, held);
        gauge("postern.spool.quarantined", "Messages held back because their data is damaged", null, quarantined);
        gauge("postern.spool.bytes.free", "Space of the spool's volume that is free for mail: without what the log still needs to become data files", "bytes", freeBytes);
        damaged("mended", logs.mended());
        damaged("lost", logs.lost());
        commit = own(Timer.builder("postern.spool.commit").description("From the end of a message to its being on disk").register(registry));
        groupSize = own(DistributionSummary.builder("postern.spool.group.size").description("Operations written together").register(registry));
        syncFailures = own(Counter.builder("postern.spool.sync.failures").description("Writes that storage refused").register(registry));
    }

    private void gauge(String name, String description, String unit, LongSupplier value) {
        own(Gauge.builder(name, value, LongSupplier::getAsLong).description(description).baseUnit(unit).strongReference(true).register(registry));
    }

    private void damaged(String outcome, int places) {
        own(Counter.builder("postern.spool.log.damaged").description("Damaged places of the store's log, found at the start: bits that were mended, stretches that were lost")
                .tag("outcome", outcome).register(registry)).increment(places);
    }

    private <M extends Meter> M own(M meter) {
        meters.add(meter);
        return meter;
    }

    void committed(long nanos) {
        commit.record(nanos, TimeUnit.NANOSECONDS);
    }

    void group(int operations) {
        groupSize.record(operations);
    }

    void failed() {
        syncFailures.increment();
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
