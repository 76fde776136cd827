package dev.postern.plan;

import dev.postern.api.Listener;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Holds back policies whose new form leaves a listener neither its new form nor its last good one. The listener is not at fault then: without them it would be served.
 */
final class PolicyGuard {
    private final List<Listener> listeners;
    private final Function<String, Optional<PolicyPlan>> previous;
    private final Function<Map<String, PolicyPlan>, ListenerCompiler> compilers;

    /**
     * @param listeners of the gateway
     * @param previous  policies as they are in force
     * @param compilers reads listeners, where these policies are good in their present form
     */
    PolicyGuard(List<Listener> listeners, Function<String, Optional<PolicyPlan>> previous, Function<Map<String, PolicyPlan>, ListenerCompiler> compilers) {
        this.listeners = listeners;
        this.previous = previous;
        this.compilers = compilers;
    }

    /** @return those of the policies that may take their present form, by name */
    Map<String, PolicyPlan> pass(Map<String, PolicyPlan> good, Problems problems) {
        List<PolicyPlan> changed = good.values().stream().filter(policy -> previous.apply(policy.name()).filter(before -> !before.equals(policy)).isPresent())
                .sorted(Comparator.comparing(PolicyPlan::name)).toList();
        Map<String, PolicyPlan> passed = new TreeMap<>(good);
        for (Listener listener : changed.isEmpty() ? List.<Listener>of() : listeners) {
            if (unusable(listener, passed) == null) {
                continue;
            }
            Map<String, PolicyPlan> tried = new TreeMap<>(passed);
            changed.forEach(policy -> tried.remove(policy.name()));
            if (unusable(listener, tried) != null) {
                continue;   // not for these policies
            }
            for (PolicyPlan policy : changed.stream().filter(p -> passed.containsKey(p.name())).toList()) {
                tried.put(policy.name(), policy);
                String why = unusable(listener, tried);
                if (why != null) {
                    tried.remove(policy.name());
                    passed.remove(policy.name());
                    problems.of(policy.resource()).invalid(field(previous.apply(policy.name()).orElseThrow(), policy), "with this, Listener '" + listener.getMetadata().getName()
                            + "' could be served neither in its last good form nor as it is now: " + why);
                }
            }
        }
        return passed;
    }

    private String unusable(Listener listener, Map<String, PolicyPlan> good) {
        return compilers.apply(good).unusable(listener);
    }

    /** The first that changed of what decides whether a listener goes with a policy. */
    private static String field(PolicyPlan before, PolicyPlan policy) {
        if (before.behavior() != policy.behavior()) {
            return "spec.behavior";
        }
        if (before.authentication() != policy.authentication()) {
            return "spec.authentication";
        }
        return Objects.equals(before.tls(), policy.tls()) ? "spec" : "spec.tls";
    }
}
