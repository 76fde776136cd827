package dev.postern.gateway.report;

import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.plan.DeliveryReport.Control;
import dev.postern.plan.DeliveryReport;
import dev.postern.plan.ResourceRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How TLS went to the domains of each DestinationControl, since the start. Bounded: {@value #MOST} DestinationControls, those used
 * last, and {@value #DOMAINS} domains of each, those with failures before others. Safe for use by many threads.
 */
public final class DestinationOutcomes implements TlsResults {
    static final int DOMAINS = 20;
    private static final int MOST = 10_000;
    /** Domains of a DestinationControl that a report names, the fewer the less fits. */
    private static final int[] NAMED = {DOMAINS, 5, 1, 0};
    /** Bytes that an entry adds to its value: name, quotes, colon, comma. */
    private static final int AROUND = 5;
    private static final int HEAD = 200;

    private final Map<String, ControlOutcomes> controls = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ControlOutcomes> eldest) {
            return size() > MOST;
        }
    };
    private long results;
    private long failures;

    /**
     * How much there was to tell of.
     *
     * @param results  all
     * @param failures those that failed, and those that followed a failure of the domain
     */
    public record Version(long results, long failures) {
    }

    @Override
    public synchronized void result(TlsResult result) {
        ResourceRef resource = result.resource();
        ControlOutcomes control = controls.get(resource.name());
        if (control == null || !control.uid().equals(resource.uid())) {
            control = new ControlOutcomes(resource.uid());
            controls.put(resource.name(), control);
        }
        results++;
        if (control.add(result) || result.outcome() == Outcome.FAILED) {
            failures++;
        }
    }

    public synchronized Version version() {
        return new Version(results, failures);
    }

    /** What is known, in no more than {@code maxBytes} of JSON: of much, fewer domains are named, then fewer DestinationControls. */
    public DeliveryReport report(String podUid, int maxBytes) {
        DeliveryReport report = null;
        for (int named : NAMED) {
            report = new DeliveryReport(podUid, controls(named), 0);
            if (size(report) <= maxBytes) {
                return report;
            }
        }
        Map<String, Control> fitting = new LinkedHashMap<>();
        long size = HEAD;
        for (var entry : report.controls().entrySet()) {
            size += AROUND + entry.getKey().length() + size(new DeliveryReport("", Map.of("", entry.getValue()), 0));
            if (size > maxBytes) {
                break;
            }
            fitting.put(entry.getKey(), entry.getValue());
        }
        return new DeliveryReport(podUid, fitting, report.controls().size() - fitting.size());
    }

    /** Those that failed last come first, then those used last. */
    private synchronized Map<String, Control> controls(int named) {
        List<Map.Entry<String, ControlOutcomes>> all = new ArrayList<>(controls.entrySet());
        all.sort(Comparator.comparing((Map.Entry<String, ControlOutcomes> e) -> e.getValue().failedAt()).thenComparing(e -> e.getValue().usedAt()).reversed());
        Map<String, Control> found = new LinkedHashMap<>();
        all.forEach(e -> found.put(e.getKey(), e.getValue().control(named)));
        return found;
    }

    private static int size(DeliveryReport report) {
        return report.toJson().getBytes(StandardCharsets.UTF_8).length;
    }
}
