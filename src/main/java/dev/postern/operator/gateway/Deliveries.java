package dev.postern.operator.gateway;

import dev.postern.plan.DeliveryReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * What the pods of a gateway say of delivery, read once for each version of it.
 *
 * @param version  of the ConfigMap and of the pods
 * @param controls by DestinationControl, one entry a pod
 */
record Deliveries(String version, Map<String, List<DeliveryReport.Control>> controls) {
    private static final Logger LOG = Logger.getLogger(Deliveries.class);

    /**
     * Reads what is new.
     *
     * @param before what was read earlier, or null
     * @param map    null where the ConfigMap does not exist
     */
    static Deliveries read(Deliveries before, List<Pod> pods, ConfigMap map) {
        List<Pod> sorted = pods.stream().sorted(Comparator.comparing(p -> p.getMetadata().getName())).toList();
        StringBuilder version = new StringBuilder(map == null ? "" : map.getMetadata().getUid() + "/" + map.getMetadata().getResourceVersion());
        sorted.forEach(pod -> version.append(' ').append(pod.getMetadata().getUid()));
        if (before != null && before.version.contentEquals(version)) {
            return before;
        }
        Map<String, List<DeliveryReport.Control>> controls = new TreeMap<>();
        Map<String, String> data = map == null || map.getData() == null ? Map.of() : map.getData();
        for (Pod pod : sorted) {
            DeliveryReport report = report(pod, data.get(pod.getMetadata().getName()));
            if (report != null) {
                report.controls().forEach((name, control) -> controls.computeIfAbsent(name, n -> new ArrayList<>()).add(control));
            }
        }
        return new Deliveries(version.toString(), controls);
    }

    /** Null for an entry of an earlier pod of the name, whose counts are over. */
    private static DeliveryReport report(Pod pod, String json) {
        if (json == null) {
            return null;
        }
        try {
            DeliveryReport report = DeliveryReport.parse(json);
            return pod.getMetadata().getUid().equals(report.podUid()) ? report : null;
        } catch (IllegalArgumentException e) {
            LOG.warnf("Pod %s/%s wrote a delivery report that cannot be read: %s", pod.getMetadata().getNamespace(), pod.getMetadata().getName(), e.getMessage());
            return null;
        }
    }
}
