package dev.postern.operator.gateway;

import dev.postern.api.Certificate;
import dev.postern.api.MailGateway;
import dev.postern.api.MailGatewayStatus;
import dev.postern.operator.AttachedReconciler.Shared;
import dev.postern.operator.OperatorSettings;
import dev.postern.operator.gateway.Gatherer.Gathered;
import dev.postern.operator.gateway.PlanStore.Head;
import dev.postern.operator.kube.KindEvents;
import dev.postern.operator.kube.NamedWatches;
import dev.postern.operator.kube.StatusWriter;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.GatewayState;
import dev.postern.operator.status.Summary;
import dev.postern.pki.path.SystemRoots;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.KeyPairReader;
import dev.postern.plan.PlanCompiler;
import dev.postern.plan.PlanNames;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns what belongs to a gateway into its plan and its pods. However many resources change at once, a gateway is looked at once
 * at a time, and a limited number of times a second; what changed meanwhile is seen the next time.
 */
@Singleton
@ControllerConfiguration(name = "mailgateway", fieldManager = OperatorSettings.NAME)
@RateLimited(maxReconciliations = 20, within = 1)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
public class MailGatewayReconciler implements Reconciler<MailGateway> {
    private static final Duration UNTIL_SYNCED = Duration.ofMillis(100);
    /** Statuses and objects are looked at again even where no event asked for it. */
    private static final Duration RESYNC = Duration.ofMinutes(10);

    private final KubernetesClient client;
    private final OperatorSettings settings;
    private final Shared shared;
    private final Gatherer gatherer;
    private final Publisher publisher;
    private final GatewayMetrics metrics;
    private final KeyPairReader reader = new KeyPairReader(SystemRoots.load());
    private final Map<ResourceID, Compilation> compilations = new ConcurrentHashMap<>();
    private OwnedObjects owned;

    public MailGatewayReconciler(KubernetesClient client, OperatorSettings settings, Shared shared, Gatherer gatherer, Publisher publisher, GatewayMetrics metrics) {
        this.client = client;
        this.settings = settings;
        this.shared = shared;
        this.gatherer = gatherer;
        this.publisher = publisher;
        this.metrics = metrics;
    }

    @Override
    public List<EventSource<?, MailGateway>> prepareEventSources(EventSourceContext<MailGateway> context) {
        shared.caches().add(context.getPrimaryCache());
        owned = new OwnedObjects(context);
        List<EventSource<?, MailGateway>> sources = new ArrayList<>(owned.eventSources());
        sources.add(new KindEvents<>(MailGateway.class, shared.caches(), shared.triggers(), (gateway, earlier) -> false, this::changed, this::deleted));
        return sources;
    }

    @Override
    public UpdateControl<MailGateway> reconcile(MailGateway gateway, Context<MailGateway> context) {
        if (!shared.caches().synced()) {
            return UpdateControl.<MailGateway>noUpdate().rescheduleAfter(UNTIL_SYNCED);
        }
        if (Summary.isBlank(gateway.getStatus())) {
            firstSight(gateway, context);
        }
        Instant now = shared.clock().instant();
        var applier = new Applier(client, owned, gateway);
        TicketStore.Kept tickets = new TicketStore(owned, gateway, applier).keep(now);
        Gathered gathered = gatherer.gather(gateway, tickets.keys());
        var store = new PlanStore(owned, gateway, applier);
        Head head = store.head();
        Compilation compilation = compile(gateway, gathered, store, head, now);
        Map<String, Problem> trouble = new HashMap<>();
        tickets.trouble().ifPresent(problem -> trouble.put(problem.resource().id(), problem));
        long since = head.serial();
        if (compilation.parts() != null) {
            PlanStore.Outcome outcome = store.write(compilation.compiled(), compilation.parts(), head);
            outcome.trouble().ifPresent(problem -> trouble.putIfAbsent(problem.resource().id(), problem));
            if (outcome.head().serial() != head.serial()) {
                metrics.revisionChanged(gateway);
            }
            head = outcome.head();
            // What could not be written enters the plan with the next serial.
            since = outcome.trouble().isPresent() ? head.serial() + 1 : head.serial();
        }
        GatewayPlan plan = compilation.compiled().plan();
        new Workloads(owned, applier, gateway).bringAbout(settings.image(), plan, gathered.resources().listeners()).forEach(trouble::putIfAbsent);
        GatewayState state = state(gateway, gathered, compilation, head, since, trouble);
        // Before the state, with which the statuses begin to be written.
        publisher.publish(gateway, owned.of(Pod.class, gateway), deliveries(gateway));
        publisher.publish(state);
        List<Condition> before = gateway.getStatus() == null ? List.of() : gateway.getStatus().conditions;
        write(gateway, MailGatewayStatusFactory.of(state, before, shared.clock()), context);
        return UpdateControl.<MailGateway>noUpdate().rescheduleAfter(nextLook(compilation, tickets.due(), gatherer.followsAll(gateway) ? RESYNC : NamedWatches.RELOOK, now));
    }

    private Compilation compile(MailGateway gateway, Gathered gathered, PlanStore store, Head head, Instant now) {
        ResourceID id = ResourceID.fromResource(gateway);
        Compilation last = compilations.get(id);
        if (last != null && last.holds(gathered, head.revision(), now)) {
            return last;
        }
        GatewayPlan previous = null;
        if (head.index() != null) {
            boolean known = last != null && last.parts() != null && last.parts().index().revision().equals(head.revision());
            previous = known ? last.compiled().plan() : store.read(head.index());
        }
        GatewayPlan inForce = previous;
        Map<String, String> keys = previous == null ? Map.of() : store.keys();
        CompiledPlan compiled = metrics.compilations().record(() -> PlanCompiler.compile(gathered.resources(), inForce, keys, reader, now));
        Compilation compilation = Compilation.of(gathered, compiled);
        compilations.put(id, compilation);
        return compilation;
    }

    private GatewayState state(MailGateway gateway, Gathered gathered, Compilation compilation, Head head, long since, Map<String, Problem> trouble) {
        String namespace = gateway.getMetadata().getNamespace();
        String name = gateway.getMetadata().getName();
        var before = shared.board().find(namespace, name).map(GatewayState::verdicts).orElse(Map.of());
        var verdicts = Verdicts.of(gathered.resources(), compilation.compiled(), head.revision(), since, before);
        ConfigMap serving = owned.get(ConfigMap.class, namespace, PlanNames.serving(name)).orElse(null);
        return new GatewayState(ResourceRef.of(gateway), head.revision(), head.serial(), gateway.getSpec().replicas,
                Pods.view(owned.of(Pod.class, gateway), serving), verdicts, trouble);
    }

    private ConfigMap deliveries(MailGateway gateway) {
        return owned.get(ConfigMap.class, gateway.getMetadata().getNamespace(), PlanNames.deliveries(gateway.getMetadata().getName())).orElse(null);
    }

    /** So that whoever waits for Ready sees that it is not there yet, whatever comes next. */
    private void firstSight(MailGateway gateway, Context<MailGateway> context) {
        var status = new MailGatewayStatus();
        var set = new ConditionSet(List.of(), ResourceRef.of(gateway).generation(), shared.clock());
        Summary.pending(set);
        status.observedGeneration = ResourceRef.of(gateway).generation();
        status.conditions = set.build();
        if (write(gateway, status, context)) {
            gateway.setStatus(status);
        }
    }

    private boolean write(MailGateway gateway, MailGatewayStatus status, Context<MailGateway> context) {
        Optional<MailGateway> written = shared.statuses().write(gateway, status, MailGateway::new, context);
        written.filter(now -> StatusWriter.changedMeanwhile(gateway, now)).ifPresent(now -> {
            changed(now);
            shared.triggers().trigger(MailGateway.class, gateway.getMetadata().getNamespace(), gateway.getMetadata().getName());
        });
        return written.isPresent();
    }

    private static Duration nextLook(Compilation compilation, Instant tickets, Duration latest, Instant now) {
        Instant until = compilation.compiled().until();
        Duration left = Duration.between(now, tickets.isBefore(until) ? tickets : until).plusMillis(1);
        return left.compareTo(latest) < 0 ? left : latest;
    }

    /** What is said of its certificates depends on its host name. */
    private void changed(MailGateway gateway) {
        var meta = gateway.getMetadata();
        if (shared.caches().synced()) {
            shared.caches().attached(Certificate.class, meta.getNamespace(), meta.getName())
                    .forEach(certificate -> shared.triggers().trigger(Certificate.class, meta.getNamespace(), certificate.getMetadata().getName()));
        }
    }

    private void deleted(MailGateway gateway) {
        ResourceID id = ResourceID.fromResource(gateway);
        compilations.remove(id);
        gatherer.forget(id);
        metrics.forget(gateway);
        publisher.forget(gateway.getMetadata().getNamespace(), gateway.getMetadata().getName());
    }
}
