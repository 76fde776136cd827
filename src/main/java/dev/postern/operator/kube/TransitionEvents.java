package dev.postern.operator.kube;

import dev.postern.api.MailGateway;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.status.Transitions;
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
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** Tells of a resource whose conditions changed, once a transition, as an event of the resource. */
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
        Transitions.of(resource instanceof MailGateway, before, after).forEach(news -> write(resource, news.warning(), news.condition().getReason(), news.condition().getMessage()));
    }

    /** Writes an event of something that no condition tells, since it is over already. */
    public void warn(HasMetadata resource, String reason, String note) {
        write(resource, true, reason, note);
    }

    private void write(HasMetadata resource, boolean warning, String reason, String note) {
        var meta = resource.getMetadata();
        String message = note.isEmpty() ? reason : note;
        String prefix = meta.getName().substring(0, Math.min(MAX_NAME, meta.getName().length())).replaceAll("[.-]+$", "");
        Event event = new EventBuilder()
                .withNewMetadata().withNamespace(meta.getNamespace()).withName(prefix + "." + Long.toHexString(ThreadLocalRandom.current().nextLong())).endMetadata()
                .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                .withReportingController(OperatorSettings.NAME)
                .withReportingInstance(settings.instance())
                .withAction("Reconcile")
                .withType(warning ? "Warning" : "Normal")
                .withReason(reason)
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
