package dev.postern.operator.gateway;

import dev.postern.operator.status.Verdict;
import dev.postern.operator.status.Verdict.Form;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.Problem;
import dev.postern.plan.Problem.Severity;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.ResourceSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From a compiled plan to what became of each resource. Pure; its cost grows with the number of resources. */
final class Verdicts {
    private final CompiledPlan compiled;
    private final long serial;
    private final Map<String, Verdict> before;
    private final Map<String, List<Problem>> problems;
    private final Set<String> stale;
    private final Map<String, Object> entries = new HashMap<>();

    private Verdicts(CompiledPlan compiled, String revision, long serial, Map<String, Verdict> before) {
        this.compiled = compiled;
        this.serial = serial;
        this.before = before;
        problems = compiled.problems().stream().collect(Collectors.groupingBy(p -> p.resource().id()));
        stale = Set.copyOf(compiled.stale());
        GatewayPlan plan = compiled.plan();
        if (plan != null) {
            // Everything is a gateway's: its entry is the whole plan.
            entries.put(plan.gateway().id(), revision);
            plan.listeners().forEach(l -> entries.put(l.resource().id(), l));
            plan.policies().forEach(p -> entries.put(p.resource().id(), p));
            plan.certificates().forEach(c -> entries.put(c.resource().id(), c));
            plan.destinations().forEach(d -> entries.put(d.resource().id(), d));
        }
    }

    /**
     * @param serial of the plan as written
     * @param before what was known earlier, by ID; resources whose entry is the same keep the serial at which it appeared
     */
    static Map<String, Verdict> of(ResourceSet resources, CompiledPlan compiled, String revision, long serial, Map<String, Verdict> before) {
        var verdicts = new Verdicts(compiled, revision, serial, before);
        String gateway = resources.gateway().getMetadata().getName();
        return Stream.<Stream<? extends HasMetadata>>of(
                        Stream.of(resources.gateway()),
                        resources.listeners().stream(),
                        resources.policies().stream().filter(p -> p.getSpec().gatewayRef.name.equals(gateway)),
                        resources.destinations().stream(),
                        resources.certificates().stream().filter(c -> c.getSpec().gatewayRef.name.equals(gateway)))
                .flatMap(list -> list)
                .map(ResourceRef::of)
                .collect(Collectors.toMap(ResourceRef::id, verdicts::verdict));
    }

    private Verdict verdict(ResourceRef resource) {
        String id = resource.id();
        List<Problem> own = problems.getOrDefault(id, List.of());
        Object entry = entries.get(id);
        Verdict earlier = before.get(id);
        boolean kept = earlier != null && entry != null && entry.equals(earlier.entry());
        String held = entry instanceof DestinationPlan destination ? destination.held() : null;
        return new Verdict(resource, own, form(id, own, entry, held), entry, kept ? earlier.since() : serial, held);
    }

    private Form form(String id, List<Problem> own, Object entry, String held) {
        if (compiled.plan() == null) {
            return Form.NO_PLAN;
        }
        if (held != null) {
            return Form.HELD;
        }
        if (entry != null) {
            return stale.contains(id) ? Form.STALE : Form.CURRENT;
        }
        return own.stream().anyMatch(p -> p.severity() != Severity.WARNING) ? Form.REJECTED : Form.UNUSED;
    }
}
