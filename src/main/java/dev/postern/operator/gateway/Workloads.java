package dev.postern.operator.gateway;

import dev.postern.api.Listener;
import dev.postern.api.ListenerSpec;
import dev.postern.api.MailGateway;
import dev.postern.operator.gateway.WorkloadObject.Claim;
import dev.postern.operator.status.Reasons;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.ListenerPlan;
import dev.postern.plan.PlanNames;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Brings about what runs and reaches the pods of one gateway, and removes the Services of listeners that are gone. */
final class Workloads {
    private final OwnedObjects owned;
    private final Applier applier;
    private final MailGateway gateway;
    private final ResourceRef self;
    private final Map<String, Problem> trouble = new HashMap<>();

    Workloads(OwnedObjects owned, Applier applier, MailGateway gateway) {
        this.owned = owned;
        this.applier = applier;
        this.gateway = gateway;
        this.self = ResourceRef.of(gateway);
    }

    /**
     * @param defaultImage null where the operator was told none
     * @param plan         in force, or null
     * @return what the cluster would not have, by ID of the resource whose trouble it is
     */
    Map<String, Problem> bringAbout(String defaultImage, GatewayPlan plan, List<Listener> listeners) {
        note(applier.apply(ConfigMap.class, PlanObjects.serving(gateway), self));
        note(applier.apply(ConfigMap.class, PlanObjects.deliveries(gateway), self));
        note(applier.apply(ServiceAccount.class, AccessObjects.serviceAccount(gateway), self));
        note(applier.apply(Role.class, AccessObjects.role(gateway), self));
        note(applier.apply(RoleBinding.class, AccessObjects.roleBinding(gateway), self));
        note(applier.apply(Service.class, NetworkObjects.pods(gateway), self));
        note(applier.apply(PodDisruptionBudget.class, NetworkObjects.disruptionBudget(gateway), self));
        statefulSet(defaultImage);
        services(plan, listeners);
        return trouble;
    }

    private void statefulSet(String defaultImage) {
        String image = gateway.getSpec().pod.image != null ? gateway.getSpec().pod.image : defaultImage;
        if (image == null) {
            note(Optional.of(new Problem(self, "spec.pod.image", Problem.Severity.UNRESOLVED, Reasons.IMAGE_UNKNOWN,
                    "is absent, and the operator was started without POSTERN_IMAGE; give one of the two")));
            return;
        }
        Claim wanted = Claim.of(gateway.getSpec().storage);
        Claim inForce = owned.get(StatefulSet.class, gateway.getMetadata().getNamespace(), gateway.getMetadata().getName()).map(Workloads::claim).orElse(wanted);
        if (!inForce.equals(wanted)) {
            note(Optional.of(new Problem(self, "spec.storage", Problem.Severity.WARNING, Reasons.STORAGE_IMMUTABLE,
                    "volumes keep size " + inForce.size() + (inForce.storageClass() == null ? "" : " and storage class '" + inForce.storageClass() + "'")
                            + ": a StatefulSet cannot change them; expand the claims themselves, or delete the StatefulSet with --cascade=orphan to have new pods get the new")));
        }
        note(applier.apply(StatefulSet.class, WorkloadObject.statefulSet(gateway, image, inForce), self));
    }

    /** The port is that of the plan: a listener whose resource has an error goes on in its last good form. */
    private void services(GatewayPlan plan, List<Listener> listeners) {
        Map<String, ListenerSpec.Service> settings = new HashMap<>();
        listeners.forEach(l -> settings.put(l.getMetadata().getName(), l.getSpec().service));
        Set<String> wanted = new HashSet<>();
        for (ListenerPlan listener : plan == null ? List.<ListenerPlan>of() : plan.listeners()) {
            if (settings.containsKey(listener.name())) {
                Service service = NetworkObjects.listener(gateway, listener, settings.get(listener.name()));
                wanted.add(service.getMetadata().getName());
                note(applier.apply(Service.class, service, listener.resource()));
            }
        }
        if (plan == null) {
            return;   // nothing is known of what is in force: nothing is taken away
        }
        for (Service service : owned.of(Service.class, gateway)) {
            Map<String, String> labels = service.getMetadata().getLabels();
            if (labels.containsKey(Labels.LISTENER) && labels.containsKey(PlanNames.GATEWAY_LABEL) && !wanted.contains(service.getMetadata().getName())) {
                applier.delete(Service.class, service);
            }
        }
    }

    private static Claim claim(StatefulSet live) {
        return live.getSpec().getVolumeClaimTemplates().stream()
                .filter(c -> c.getMetadata().getName().equals(WorkloadObject.SPOOL))
                .findFirst()
                .map(c -> new Claim(c.getSpec().getResources().getRequests().getOrDefault("storage", new Quantity("0")), c.getSpec().getStorageClassName()))
                .orElse(null);
    }

    /** An error takes the place of a warning, and the first of several errors stands for all. */
    private void note(Optional<Problem> problem) {
        problem.ifPresent(p -> trouble.merge(p.resource().id(), p,
                (old, next) -> old.severity() == Problem.Severity.WARNING && next.severity() != Problem.Severity.WARNING ? next : old));
    }
}
