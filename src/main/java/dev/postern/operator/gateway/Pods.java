package dev.postern.operator.gateway;

import dev.postern.operator.status.PodView;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** The pods of a gateway and what they say that they serve. Pure. */
final class Pods {
    private static final Logger LOG = Logger.getLogger(Pods.class);

    private Pods() {
    }

    /** @param serving null where the ConfigMap does not exist */
    static List<PodView> view(List<Pod> pods, ConfigMap serving) {
        Map<String, String> reports = serving == null || serving.getData() == null ? Map.of() : serving.getData();
        List<PodView> views = new ArrayList<>();
        for (Pod pod : pods) {
            views.add(new PodView(pod.getMetadata().getName(), isReady(pod), report(pod, reports)));
        }
        views.sort(Comparator.comparing((PodView view) -> view.name().length()).thenComparing(PodView::name));
        return views;
    }

    static boolean isReady(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null && pod.getStatus() != null && pod.getStatus().getConditions() != null
                && pod.getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private static ServingReport report(Pod pod, Map<String, String> reports) {
        String json = reports.get(pod.getMetadata().getName());
        if (json == null) {
            return null;
        }
        try {
            ServingReport report = ServingReport.parse(json);
            // An entry of an earlier pod of this name says nothing about this one.
            return pod.getMetadata().getUid().equals(report.podUid()) ? report : null;
        } catch (IllegalArgumentException e) {
            LOG.warnf("Pod %s/%s wrote a serving report that cannot be read: %s", pod.getMetadata().getNamespace(), pod.getMetadata().getName(), e.getMessage());
            return null;
        }
    }
}
