package dev.postern.operator.gateway;

import dev.postern.api.MailGateway;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The plan of one gateway as the cluster has it. Parts and keys are written before the index, so that a pod which sees the new
 * index finds what it names; a pod that reads in between sees by the digests that the plan is not whole.
 */
final class PlanStore {
    private static final Logger LOG = Logger.getLogger(PlanStore.class);

    private final OwnedObjects owned;
    private final MailGateway gateway;
    private final Applier applier;

    PlanStore(OwnedObjects owned, MailGateway gateway, Applier applier) {
        this.owned = owned;
        this.gateway = gateway;
        this.applier = applier;
    }

    /**
     * A plan that was written.
     *
     * @param index   null where there is none
     * @param version resource version of the index ConfigMap, or null
     */
    record Head(PlanParts.Index index, String version) {
        String revision() {
            return index == null ? null : index.revision();
        }

        long serial() {
            return index == null ? 0 : index.serial();
        }
    }

    /** What became of a write. */
    record Outcome(Head head, Optional<Problem> trouble) {
    }

    Head head() {
        Optional<ConfigMap> index = configMap(PlanNames.index(name()));
        String json = index.map(ConfigMap::getData).map(data -> data.get(PlanNames.INDEX_KEY)).orElse(null);
        String version = index.map(i -> i.getMetadata().getResourceVersion()).orElse(null);
        if (json == null) {
            return new Head(null, version);
        }
        try {
            return new Head(PlanParts.Index.parse(json), version);
        } catch (IllegalArgumentException e) {
            LOG.warnf("The plan index of gateway %s/%s cannot be read and is written anew: %s", gateway.getMetadata().getNamespace(), name(), e.getMessage());
            return new Head(null, version);
        }
    }

    /** The plan that the index names, or null where it cannot be put together. */
    GatewayPlan read(PlanParts.Index index) {
        Map<String, String> parts = new HashMap<>();
        for (String part : PlanParts.names()) {
            configMap(PlanNames.part(name(), part)).map(ConfigMap::getData).map(data -> data.get(part + PlanNames.PART_SUFFIX)).ifPresent(json -> parts.put(part, json));
        }
        try {
            return new PlanParts(index, parts).join();
        } catch (IllegalArgumentException e) {
            LOG.warnf("The plan of gateway %s/%s cannot be read back; resources with errors lose their last good form: %s",
                    gateway.getMetadata().getNamespace(), name(), e.getMessage());
            return null;
        }
    }

    /** Private keys in PEM by certificate name. */
    Map<String, String> keys() {
        Map<String, String> keys = new HashMap<>();
        owned.get(Secret.class, gateway.getMetadata().getNamespace(), PlanNames.keys(name())).map(Secret::getData).orElse(Map.of()).forEach((file, data) -> {
            if (file.endsWith(PlanNames.KEY_SUFFIX)) {
                keys.put(file.substring(0, file.length() - PlanNames.KEY_SUFFIX.length()), new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8));
            }
        });
        return keys;
    }

    /** Writes what is not there yet. The serial counts on only where the revision changed. */
    Outcome write(CompiledPlan compiled, PlanParts parts, Head before) {
        ResourceRef blamed = ResourceRef.of(gateway);
        boolean same = parts.index().revision().equals(before.revision());
        var index = new PlanParts.Index(parts.index().revision(), same ? before.serial() : before.serial() + 1, parts.index().digests());
        for (String part : PlanParts.names()) {
            Optional<Problem> trouble = applier.apply(ConfigMap.class, PlanObjects.part(gateway, part, parts.parts().get(part)), blamed);
            if (trouble.isPresent()) {
                return new Outcome(before, trouble);
            }
        }
        Optional<Problem> trouble = applier.apply(Secret.class, PlanObjects.keys(gateway, compiled.keys()), blamed);
        if (trouble.isEmpty()) {
            // With the version that the serial was counted from: of two operators for a moment, one fails here.
            trouble = applier.apply(ConfigMap.class, PlanObjects.index(gateway, index), blamed, before.version());
        }
        return trouble.isPresent() ? new Outcome(before, trouble) : new Outcome(new Head(index, null), Optional.empty());
    }

    private Optional<ConfigMap> configMap(String name) {
        return owned.get(ConfigMap.class, gateway.getMetadata().getNamespace(), name);
    }

    private String name() {
        return gateway.getMetadata().getName();
    }
}
