package dev.postern.plan;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The plan in force, by name: where last good forms come from. */
final class Previous {
    private final GatewayPlan plan;
    private final Map<String, String> keys;
    private final Map<String, ListenerPlan> listeners;
    private final Map<String, PolicyPlan> policies;
    private final Map<String, CertificatePlan> certificates;
    private final Map<String, DestinationPlan> destinations;
    private final Map<String, List<DestinationPlan>> held;
    private final Set<ResourceRef> resources = new HashSet<>();

    /** @param plan null where there is none */
    Previous(GatewayPlan plan, Map<String, String> keys) {
        this.plan = plan;
        this.keys = keys;
        listeners = index(plan == null ? List.of() : plan.listeners(), ListenerPlan::name);
        policies = index(plan == null ? List.of() : plan.policies(), PolicyPlan::name);
        certificates = index(plan == null ? List.of() : plan.certificates(), CertificatePlan::name);
        destinations = index(plan == null ? List.of() : plan.destinations().stream().filter(d -> d.held() == null).toList(), DestinationPlan::name);
        held = plan == null ? Map.of()
                : plan.destinations().stream().filter(d -> d.held() != null).collect(Collectors.groupingBy(DestinationPlan::name));
        listeners.values().forEach(l -> resources.add(l.resource()));
        destinations.values().forEach(d -> resources.add(d.resource()));
    }

    Optional<GatewayPlan> plan() {
        return Optional.ofNullable(plan);
    }

    Optional<ListenerPlan> listener(String name) {
        return Optional.ofNullable(listeners.get(name));
    }

    Optional<PolicyPlan> policy(String name) {
        return Optional.ofNullable(policies.get(name));
    }

    /** The form that was good; what is held never was. */
    Optional<DestinationPlan> destination(String name) {
        return Optional.ofNullable(destinations.get(name));
    }

    List<DestinationPlan> held(String name) {
        return held.getOrDefault(name, List.of());
    }

    /** Whether a resource is in the plan in its present form. */
    boolean inForce(HasMetadata resource) {
        return resources.contains(ResourceRef.of(resource));
    }

    /** A certificate whose key is there too. */
    Optional<ServedCertificate> certificate(String name) {
        CertificatePlan certificate = certificates.get(name);
        String key = keys.get(name);
        return certificate == null || key == null ? Optional.empty() : Optional.of(new ServedCertificate(certificate, key));
    }

    Optional<String> trustBundle(String id) {
        return plan == null ? Optional.empty() : Optional.ofNullable(plan.trustBundles().get(id));
    }

    /** The verifiers of users, by their digest. */
    Optional<String> users(String digest) {
        return Optional.ofNullable(keys.get(UserVerifiers.name(digest)));
    }

    private static <T> Map<String, T> index(List<T> list, Function<T, String> name) {
        Map<String, T> byName = new HashMap<>();
        list.forEach(entry -> byName.put(name.apply(entry), entry));
        return byName;
    }
}
