package dev.postern.operator.kube;

import dev.postern.api.ConditionTypes;
import dev.postern.api.MailGateway;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Reasons;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** Tells of a resource whose Accepted or Ready condition changed, once a transition, as an event of the resource. */
@Singleton
public final class TransitionEvents {
    private static final Logger LOG = Logger.getLogger(TransitionEvents.class);
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final int MAX_NOTE = 1024;
    /** Left of a resource's name, so that the event's fits into 253 characters. */
    private static final int MAX_NAME = 200;

    private final KubernetesClient client;
    private final OperatorSettings settings;
    private final InstantSource clock;

    public TransitionEvents(KubernetesClient client, OperatorSettings settings, InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.clock = clock;
    }

    /** Writes the events of a change of conditions. A failure is logged: an event is not worth another reconciliation. */
    public void tell(HasMetadata resource, List<Condition> before, List<Condition> after) {
        if (isWaiting(resource, before, after)) {
            return;
        }
        Set<String> told = new HashSet<>();
        for (String type : List.of(ConditionTypes.ACCEPTED, ConditionTypes.READY)) {
            transition(ConditionSet.find(before, type), ConditionSet.find(after, type))
                    // Ready repeats the reason of what made it false; once is enough.
                    .filter(condition -> told.add(condition.getReason()))
                    .ifPresent(condition -> write(resource, condition));
        }
    }

    /** Work under way is no news, but for a gateway that was ready and is not: its resources need not all say the same. */
    private static boolean isWaiting(HasMetadata resource, List<Condition> before, List<Condition> after) {
        return isTrue(after, ConditionTypes.RECONCILING) && !(resource instanceof MailGateway && isTrue(before, ConditionTypes.READY));
    }

    private static boolean isTrue(List<Condition> conditions, String type) {
        return ConditionSet.find(conditions, type) instanceof Condition condition && condition.getStatus().equals(ConditionSet.TRUE);
    }

    private static Optional<Condition> transition(Condition before, Condition after) {
        if (after == null || after.getStatus().equals(ConditionSet.UNKNOWN) || after.getReason().equals(Reasons.PENDING)) {
            return Optional.empty();
        }
        boolean good = after.getStatus().equals(ConditionSet.TRUE);
        if (good && after.getType().equals(ConditionTypes.ACCEPTED) && (before == null || !before.getStatus().equals(ConditionSet.FALSE))) {
            return Optional.empty();   // Ready tells of a resource that was good from the start
        }
        boolean same = before != null && before.getStatus().equals(after.getStatus()) && (good || before.getReason().equals(after.getReason()));
        return same ? Optional.empty() : Optional.of(after);
    }

    private void write(HasMetadata resource, Condition condition) {
        var meta = resource.getMetadata();
        boolean good = condition.getStatus().equals(ConditionSet.TRUE);
        String message = condition.getMessage().isEmpty() ? condition.getReason() : condition.getMessage();
        String prefix = meta.getName().substring(0, Math.min(MAX_NAME, meta.getName().length())).replaceAll("[.-]+$", "");
        Event event = new EventBuilder()
                .withNewMetadata().withNamespace(meta.getNamespace()).withName(prefix + "." + Long.toHexString(ThreadLocalRandom.current().nextLong())).endMetadata()
                .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                .withReportingController(OperatorSettings.NAME)
                .withReportingInstance(settings.instance())
                .withAction("Reconcile")
                .withType(good ? "Normal" : "Warning")
                .withReason(condition.getReason())
                .withNote(message.substring(0, Math.min(MAX_NOTE, message.length())))
                .withNewRegarding().withApiVersion(resource.getApiVersion()).withKind(resource.getKind()).withNamespace(meta.getNamespace())
                .withName(meta.getName()).withUid(meta.getUid()).endRegarding()
                .build();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            LOG.warnf("An event of %s %s/%s could not be written: %s", resource.getKind(), meta.getNamespace(), meta.getName(), e.getCause() == null ? e.getMessage() : e.getCause());
        }
    }
}
