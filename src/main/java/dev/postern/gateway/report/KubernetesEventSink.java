package dev.postern.gateway.report;

import dev.postern.api.Api;
import dev.postern.gateway.report.TlsFailures.Direction;
import dev.postern.gateway.report.TlsFailures.Failure;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes alerts as events (events.k8s.io/v1) on the resource whose level was not reached. A series is one event: made at its first
 * write, then only its count and time change, which is all that the API lets change.
 */
public final class KubernetesEventSink implements EventSink {
    /** Reason of every event of this sink. */
    public static final String REASON = "TLSRequiredFailed";
    private static final String CONTROLLER = Api.GROUP + "/gateway";
    private static final DateTimeFormatter MICRO_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final String FIELD_MANAGER = "postern-gateway";
    /** Names have at most 253 characters; the suffix that tells events apart needs 18. */
    private static final int MAX_NAME_STEM = 230;

    private final KubernetesClient client;
    private final String pod;

    /** @param client with timeouts, as its calls are waited for; closed by its owner, after this */
    public KubernetesEventSink(KubernetesClient client, String pod) {
        this.client = client;
        this.pod = pod;
    }

    /** Server-side apply makes the event or changes it, whether or not an earlier attempt arrived, and never reads it. */
    @Override
    public void write(Series series) throws IOException {
        try {
            client.resource(event(series)).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
        } catch (KubernetesClientException e) {
            throw new IOException("event " + name(series) + ": " + e.getMessage(), e);
        }
    }

    private Event event(Series series) {
        Failure failure = series.first();
        ResourceRef resource = failure.resource();
        var event = new EventBuilder()
                .withNewMetadata().withNamespace(resource.namespace()).withName(name(series)).endMetadata()
                .withNewRegarding().withApiVersion(Api.GROUP + "/" + Api.VERSION).withKind(resource.kind()).withNamespace(resource.namespace())
                .withName(resource.name()).withUid(resource.uid().isEmpty() ? null : resource.uid()).endRegarding()
                .withType("Warning").withReason(REASON).withAction(failure.direction() == Direction.Outbound ? "Deliver" : "Receive")
                .withNote(FailureNote.of(failure)).withReportingController(CONTROLLER).withReportingInstance(pod)
                .withEventTime(new MicroTime(MICRO_TIME.format(series.since())));
        if (series.count() > 1) {
            event.withNewSeries().withCount((int) Math.min(series.count(), Integer.MAX_VALUE))
                    .withLastObservedTime(new MicroTime(MICRO_TIME.format(series.last()))).endSeries();
        }
        return event.build();
    }

    /** The same for every write of a series, and for no other series of any pod. */
    private String name(Series series) {
        Failure failure = series.first();
        String stem = failure.resource().name();
        String id = PlanParts.sha256(String.join("\n", pod, failure.resource().id(), failure.domain(), failure.reason(), series.since().toString()));
        return (stem.length() > MAX_NAME_STEM ? stem.substring(0, MAX_NAME_STEM) : stem) + "." + id.substring(0, 16);
    }
}
