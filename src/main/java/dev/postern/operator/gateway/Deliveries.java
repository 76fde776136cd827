package dev.postern.operator.gateway;

import dev.postern.plan.DeliveryReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the pods of a gateway say of delivery, read once for each version of it.
 *
 * @param version  of the ConfigMap and of the pods
 * @param controls by DestinationControl, one entry a pod
 */
record Deliveries(String version, Map<String, List<DeliveryReport.Control>> controls) {

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
            DeliveryReport report = Pods.report(pod, data.get(pod.getMetadata().getName()), "delivery", DeliveryReport::parse, DeliveryReport::podUid);
            if (report != null) {
                report.controls().forEach((name, control) -> controls.computeIfAbsent(name, n -> new ArrayList<>()).add(control));
            }
        }
        return new Deliveries(version.toString(), controls);
    }
}
