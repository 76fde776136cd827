package dev.postern.operator.gateway;

import dev.postern.operator.status.PodView;
import dev.postern.plan.ServingReport;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
        return report(pod, reports.get(pod.getMetadata().getName()), "serving", ServingReport::parse, ServingReport::podUid);
    }

    /**
     * What a pod wrote of itself; null where it wrote nothing, and for an entry of an earlier pod of its name, which says nothing about this one.
     *
     * @param parser throws IllegalArgumentException where it cannot be read
     */
    static <R> R report(Pod pod, String json, String kind, Function<String, R> parser, Function<R, String> podUid) {
        if (json == null) {
            return null;
        }
        try {
            R report = parser.apply(json);
            return pod.getMetadata().getUid().equals(podUid.apply(report)) ? report : null;
        } catch (IllegalArgumentException e) {
            LOG.warnf("Pod %s/%s wrote a %s report that cannot be read: %s", pod.getMetadata().getNamespace(), pod.getMetadata().getName(), kind, e.getMessage());
            return null;
        }
    }
}
