package dev.postern.operator;

import dev.postern.api.MailGateway;
import dev.postern.api.PosternStatus;
import dev.postern.operator.kube.Caches;
import dev.postern.operator.kube.KindEvents;
import dev.postern.operator.kube.StatusWriter;
import dev.postern.operator.kube.Triggers;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.PlanBoard;
import dev.postern.operator.status.Summary;
import dev.postern.operator.status.Verdict;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A kind that attaches to a gateway. Its resources are compiled by the gateway's reconciler, all at once; what is left to do for
 * each is to write what became of it into its status.
 */
public abstract class AttachedReconciler<P extends CustomResource<?, S>, S extends PosternStatus> implements Reconciler<P> {
    private static final Duration UNTIL_SYNCED = Duration.ofMillis(100);

    private final Class<P> kind;
    protected final Shared shared;

    /** What the reconcilers have in common. */
    @Singleton
    public record Shared(Caches caches, Triggers triggers, PlanBoard board, StatusWriter statuses, InstantSource clock) {
    }

    protected AttachedReconciler(Class<P> kind, Shared shared) {
        this.kind = kind;
        this.shared = shared;
    }

    /** Name of the gateway that the resource attaches to. */
    protected abstract String gatewayOf(P resource);

    protected abstract P newResource();

    protected abstract S newStatus();

    /**
     * Fills the status of a resource that was compiled; {@code set} becomes its conditions.
     *
     * @param others problems that {@link #prepare} found
     */
    protected abstract void fill(S status, ConditionSet set, P resource, Verdict verdict, GatewayState state, List<Problem> others);

    /**
     * Does what is to be done beside the status, and fills what does not depend on the plan.
     *
     * @param set     becomes the conditions of the status
     * @param verdict null where this generation was not compiled yet
     * @return what went wrong
     */
    protected List<Problem> prepare(S status, ConditionSet set, P resource, Optional<MailGateway> gateway, Verdict verdict) {
        return List.of();
    }

    /** Called with what was written, and where there was nothing to write. */
    protected void said(P resource, S status) {
    }

    /** Called when a resource came, changed its spec, or went; also with its earlier form. */
    protected void changed(P resource) {
        triggerGateway(resource);
    }

    /** When to look again though nothing changed. */
    protected Optional<Duration> nextLook(S status, P resource) {
        return Optional.empty();
    }

    /** Whether a resource is to be looked at because of what changed beside its spec. */
    protected boolean touched(P resource, P earlier) {
        return false;
    }

    /** Called when a resource is gone. */
    protected void deleted(P resource) {
    }

    @Override
    public List<EventSource<?, P>> prepareEventSources(EventSourceContext<P> context) {
        shared.caches().add(kind, context.getPrimaryCache(), this::gatewayOf);
        return List.of(new KindEvents<>(kind, shared.caches(), shared.triggers(), this::touched, this::changed, this::deleted));
    }

    @Override
    public UpdateControl<P> reconcile(P resource, Context<P> context) {
        if (!shared.caches().synced()) {
            return UpdateControl.<P>noUpdate().rescheduleAfter(UNTIL_SYNCED);
        }
        var meta = resource.getMetadata();
        Optional<MailGateway> gateway = shared.caches().get(MailGateway.class, meta.getNamespace(), gatewayOf(resource));
        S status = newStatus();
        long generation = ResourceRef.of(resource).generation();
        var set = new ConditionSet(Summary.isBlank(resource.getStatus()) ? List.of() : resource.getStatus().conditions, generation, shared.clock());
        Optional<GatewayState> state = shared.board().find(meta.getNamespace(), gatewayOf(resource));
        Verdict verdict = state.map(s -> s.verdict(ResourceRef.of(resource).id(), meta.getUid(), generation)).orElse(null);
        List<Problem> others = prepare(status, set, resource, gateway, verdict);
        if (gateway.isEmpty()) {
            Summary.gatewayMissing(set, gatewayOf(resource));
        } else if (verdict != null) {
            fill(status, set, resource, verdict, state.orElseThrow(), others);
        } else if (Summary.isBlank(resource.getStatus())) {
            Summary.pending(set);
        } else {
            // The gateway compiles it and will ask again; until then the old status tells by its observedGeneration that it is old.
            return reschedule(UpdateControl.noUpdate(), status, resource);
        }
        status.observedGeneration = generation;
        status.conditions = set.build();
        shared.statuses().write(resource, status, this::newResource, context)
                .filter(now -> StatusWriter.changedMeanwhile(resource, now) || touched(now, resource))
                .ifPresent(now -> {
                    changed(resource);
                    changed(now);
                    shared.triggers().trigger(kind, meta.getNamespace(), meta.getName());
                });
        said(resource, status);
        return reschedule(UpdateControl.noUpdate(), status, resource);
    }

    protected final void triggerGateway(P resource) {
        shared.triggers().trigger(MailGateway.class, resource.getMetadata().getNamespace(), gatewayOf(resource));
    }

    private UpdateControl<P> reschedule(UpdateControl<P> control, S status, P resource) {
        nextLook(status, resource).ifPresent(control::rescheduleAfter);
        return control;
    }
}
