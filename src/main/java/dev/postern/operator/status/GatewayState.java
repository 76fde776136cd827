package dev.postern.operator.status;

import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import java.util.List;
import java.util.Map;

/**
 * What is known of one gateway after it was looked at.
 *
 * @param revision of the plan that was written, or null where there is none
 * @param serial   of that plan; 0 where there is none
 * @param wanted   number of pods asked for
 * @param pods     those that exist, by name
 * @param verdicts by {@link ResourceRef#id}, the gateway's own among them
 * @param trouble  by {@link ResourceRef#id}: objects of the cluster that could not be brought about; never of severity WARNING
 */
public record GatewayState(ResourceRef gateway, String revision, long serial, int wanted, List<PodView> pods, Map<String, Verdict> verdicts,
        Map<String, Problem> trouble) {

    public GatewayState {
        pods = List.copyOf(pods);
        verdicts = Map.copyOf(verdicts);
        trouble = Map.copyOf(trouble);
    }

    public List<PodView> readyPods() {
        return pods.stream().filter(PodView::ready).toList();
    }

    /** The verdict on one resource at one generation, or null where that one was not compiled yet. */
    public Verdict verdict(String id, String uid, long generation) {
        Verdict verdict = verdicts.get(id);
        return verdict != null && verdict.resource().uid().equals(uid) && verdict.resource().generation() == generation ? verdict : null;
    }
}
