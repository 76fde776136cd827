package dev.postern.plan;

import dev.postern.api.Listener;
import dev.postern.api.ListenerSpec.HostAccess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Holds back policies that did not let clients write to anyone and now would, where that would open a listener to everyone. The listener is not at
 * fault then: it was good, and would stay so in its last good form, with the policy's new one.
 */
final class RelayGuard {
    private final List<Listener> listeners;
    private final Function<String, Optional<PolicyPlan>> previous;

    /**
     * @param listeners of the gateway; need not be valid
     * @param previous  policies as they are in force
     */
    RelayGuard(List<Listener> listeners, Function<String, Optional<PolicyPlan>> previous) {
        this.listeners = listeners.stream().filter(l -> l.getSpec() != null && l.getSpec().hostAccess != null).toList();
        this.previous = previous;
    }

    /**
     * @param valid policies that are good by themselves, in the order in which they may take their new form: where several would open a listener
     *              together, the last is held back
     * @return those that may, by name
     */
    Map<String, PolicyPlan> pass(List<PolicyPlan> valid, Problems problems) {
        Map<String, PolicyPlan> candidates = valid.stream().collect(Collectors.toMap(PolicyPlan::name, policy -> policy));
        Map<String, PolicyPlan> good = new HashMap<>();
        for (PolicyPlan policy : valid) {
            Optional<PolicyPlan> before = previous.apply(policy.name());
            Optional<String> opened = before.isEmpty() ? Optional.empty() : listeners.stream().map(l -> opened(l, policy, before.get(), good, candidates)).flatMap(Optional::stream).findFirst();
            if (opened.isEmpty()) {
                good.put(policy.name(), policy);
            } else {
                boolean login = before.get().behavior() == policy.behavior();
                problems.of(policy.resource()).invalid(login ? "spec.authentication" : "spec.behavior", "'" + (login ? policy.authentication() : policy.behavior())
                        + "' would make an open relay of " + opened.get() + "; name the senders there that may relay, or give them another policy");
            }
        }
        return good;
    }

    /** The listener that a policy would open, in words, if it would. */
    private Optional<String> opened(Listener listener, PolicyPlan policy, PolicyPlan before, Map<String, PolicyPlan> good, Map<String, PolicyPlan> candidates) {
        boolean anyRecipient = OpenRelay.anyRecipient(listener.getSpec()).isPresent();
        if (!OpenRelay.opens(policy, anyRecipient) || OpenRelay.opens(before, anyRecipient)) {
            return Optional.empty();
        }
        String name = "Listener '" + listener.getMetadata().getName() + "', whose sender group";
        Predicate<String> others = other -> Optional.ofNullable(good.get(other))
                .or(() -> Optional.ofNullable(candidates.get(other)).filter(c -> !OpenRelay.opens(c, anyRecipient)))
                .or(() -> previous.apply(other)).filter(p -> OpenRelay.opens(p, anyRecipient)).isPresent();
        List<HostAccess> groups = listener.getSpec().hostAccess.stream().filter(g -> g != null && g.senders != null && g.policyRef != null && g.policyRef.name != null).toList();
        for (HostAccess group : groups) {
            Optional<String> everyone = group.policyRef.name.equals(policy.name()) ? OpenRelay.everyone(group.senders) : Optional.empty();
            if (everyone.isPresent()) {
                return everyone.map(e -> name + " '" + group.senderGroup + "' has " + e);
            }
        }
        if (groups.stream().noneMatch(g -> g.policyRef.name.equals(policy.name())) || everyone(groups, others).isPresent()) {
            return Optional.empty();
        }
        return everyone(groups, p -> p.equals(policy.name()) || others.test(p)).map(e -> name + "s that may write to anyone have " + e + " together");
    }

    private static Optional<String> everyone(List<HostAccess> groups, Predicate<String> open) {
        return OpenRelay.everyone(groups.stream().filter(g -> open.test(g.policyRef.name)).flatMap(g -> g.senders.stream()).toList());
    }
}
