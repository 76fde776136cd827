package dev.postern.cli.standalone;

import dev.postern.manifest.Manifests;
import dev.postern.plan.PlanParts;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Counts the generations of resources as an API server does: up by one when the spec changes. */
final class Generations {
    private final Map<String, Counted> counted = new HashMap<>();

    private record Counted(long generation, String spec) {
    }

    void apply(Manifests manifests) {
        Stream.<List<? extends CustomResource<?, ?>>>of(manifests.gateways(), manifests.listeners(), manifests.policies(), manifests.destinations(),
                manifests.certificates()).flatMap(List::stream).forEach(this::count);
    }

    private void count(CustomResource<?, ?> resource) {
        String spec = PlanParts.sha256(Serialization.asJson(resource.getSpec()));
        Counted now = counted.compute(resource.getKind() + "/" + resource.getMetadata().getName(),
                (id, before) -> before != null && before.spec.equals(spec) ? before : new Counted(before == null ? 1 : before.generation + 1, spec));
        resource.getMetadata().setGeneration(now.generation);
    }
}
