package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.kube.Desired;
import dev.postern.operator.status.Reasons;
import dev.postern.plan.PlanNames;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Optional;

/** Brings about the objects of one gateway by server-side apply. What is as wanted is left alone; what is not ours, too. */
final class Applier {
    private static final int UNPROCESSABLE = 422;

    private final KubernetesClient client;
    private final OwnedObjects owned;
    private final MailGateway gateway;

    Applier(KubernetesClient client, OwnedObjects owned, MailGateway gateway) {
        this.client = client;
        this.owned = owned;
        this.gateway = gateway;
    }

    /**
     * Applies an object.
     *
     * @param blamed the resource whose trouble it is where the object cannot be
     * @return the trouble, if the cluster will not have it so
     * @throws KubernetesClientException for what may pass, such as a server that is away
     */
    <T extends HasMetadata> Optional<Problem> apply(Class<T> kind, T desired, ResourceRef blamed) {
        return apply(kind, desired, blamed, null);
    }

    /** @param expected resource version that the object must still have, or null */
    <T extends HasMetadata> Optional<Problem> apply(Class<T> kind, T desired, ResourceRef blamed, String expected) {
        Desired.withDigest(desired);
        var meta = desired.getMetadata();
        T live = owned.get(kind, meta.getNamespace(), meta.getName()).orElse(null);
        if (live == null) {
            // Not among ours; there may be one of someone else, which apply would take over.
            live = client.resources(kind).inNamespace(meta.getNamespace()).withName(meta.getName()).get();
        }
        if (live != null && !isOurs(live)) {
            return Optional.of(problem(blamed, Reasons.NAME_TAKEN, "there is a " + desired.getKind() + " '" + meta.getName()
                    + "' that does not belong to this gateway; delete or rename it"));
        }
        if (live != null && Desired.matches(desired, live)) {
            return Optional.empty();
        }
        meta.setResourceVersion(expected);
        try {
            owned.source(kind).eventFilteringUpdateAndCacheResource(desired, wanted -> client.resource(wanted)
                    .patch(new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager(OperatorSettings.NAME).withForce(true).build()));
            return Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() == UNPROCESSABLE || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return Optional.of(problem(blamed, Reasons.APPLY_FAILED, desired.getKind() + " '" + meta.getName() + "' cannot be applied: " + message(e)));
            }
            throw e;
        }
    }

    /** Deletes an object where it is ours. */
    <T extends HasMetadata> void delete(Class<T> kind, T live) {
        if (isOurs(live) && live.getMetadata().getDeletionTimestamp() == null) {
            client.resources(kind).inNamespace(live.getMetadata().getNamespace()).withName(live.getMetadata().getName()).delete();
        }
    }

    /** Ours is what names this very gateway as its controller, and what was ours before someone cut it loose. */
    private boolean isOurs(HasMetadata live) {
        var meta = live.getMetadata();
        var controller = meta.getOwnerReferences() == null ? null
                : meta.getOwnerReferences().stream().filter(o -> Boolean.TRUE.equals(o.getController())).findFirst().orElse(null);
        if (controller != null) {
            return controller.getUid().equals(gateway.getMetadata().getUid());
        }
        return meta.getLabels() != null && OperatorSettings.NAME.equals(meta.getLabels().get(Labels.MANAGED_BY))
                && gateway.getMetadata().getName().equals(meta.getLabels().get(PlanNames.GATEWAY_LABEL));
    }

    private static String message(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null ? e.getStatus().getMessage() : e.getMessage();
    }

    private static Problem problem(ResourceRef blamed, String reason, String message) {
        return new Problem(blamed, "", Problem.Severity.UNRESOLVED, reason, message);
    }
}
