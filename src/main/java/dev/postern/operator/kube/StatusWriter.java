package dev.postern.operator.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.api.PosternStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Writes a status where it changed, and the events of its transitions. */
@Singleton
public final class StatusWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TransitionEvents events;

    public StatusWriter(TransitionEvents events) {
        this.events = events;
    }

    /**
     * @param empty a new object of the resource's class
     * @return the resource as it is now, with what others changed of it meanwhile, of which no event comes: the library takes all that
     *     came before its own write for known. Empty where nothing was written
     */
    public <P extends CustomResource<?, S>, S extends PosternStatus> Optional<P> write(P resource, S status, Supplier<P> empty, Context<P> context) {
        S before = resource.getStatus();
        if (before != null && JSON.<JsonNode>valueToTree(before).equals(JSON.<JsonNode>valueToTree(status))) {
            return Optional.empty();
        }
        P patch = empty.get();
        var meta = resource.getMetadata();
        // The UID keeps the status of a resource that was deleted from a new one of its name.
        patch.setMetadata(new ObjectMetaBuilder().withName(meta.getName()).withNamespace(meta.getNamespace()).withUid(meta.getUid()).build());
        patch.setSpec(null);
        patch.setStatus(status);
        P written;
        try {
            written = context.resourceOperations().serverSideApplyPrimaryStatus(patch);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
        List<Condition> old = before == null || before.conditions == null ? List.of() : before.conditions;
        events.tell(resource, old, status.conditions);
        return Optional.of(written);
    }

    /** Whether someone changed the spec of a resource while its status was written. */
    public static boolean changedMeanwhile(HasMetadata before, HasMetadata written) {
        return !Objects.equals(before.getMetadata().getGeneration(), written.getMetadata().getGeneration());
    }
}
