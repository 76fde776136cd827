package dev.postern.operator;

import dev.postern.dns.Dns;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.operator.certificate.CertificateMetrics;
import dev.postern.operator.certificate.CertificateReconciler;
import dev.postern.operator.certificate.verify.KnownRoots;
import dev.postern.operator.certificate.verify.MxRecords;
import dev.postern.operator.certificate.verify.VerifiableLook;
import dev.postern.operator.destination.DestinationControlReconciler;
import dev.postern.operator.gateway.GatewayMetrics;
import dev.postern.operator.gateway.Gatherer;
import dev.postern.operator.gateway.MailGatewayReconciler;
import dev.postern.operator.gateway.Publisher;
import dev.postern.operator.kube.Caches;
import dev.postern.operator.kube.NamedWatches;
import dev.postern.operator.kube.StatusWriter;
import dev.postern.operator.kube.TlsSecrets;
import dev.postern.operator.kube.TransitionEvents;
import dev.postern.operator.kube.Triggers;
import dev.postern.operator.listener.ListenerReconciler;
import dev.postern.operator.policy.MailFlowPolicyReconciler;
import dev.postern.operator.status.PlanBoard;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;

/** The operator put together by hand, as a container of beans does it where there is one. One for each {@link Operator}. */
public final class OperatorRuntime implements AutoCloseable {
    private final OperatorSettings settings;
    private final PlanBoard board = new PlanBoard();
    private final NamedWatches watches;
    private final MxRecords mxRecords;
    private final List<Reconciler<? extends HasMetadata>> reconcilers;

    public OperatorRuntime(KubernetesClient client, OperatorSettings settings, InstantSource clock, MeterRegistry meters) {
        this(client, settings, clock, meters, settings.mxLookups() ? new DnsjavaDns(DnsOptions.of(settings.nameServers())) : null, new KnownRoots());
    }

    /** @param dns null where nobody is to be asked */
    OperatorRuntime(KubernetesClient client, OperatorSettings settings, InstantSource clock, MeterRegistry meters, Dns dns, KnownRoots roots) {
        this.settings = settings;
        var caches = new Caches();
        var triggers = new Triggers();
        watches = new NamedWatches(client, triggers);
        var tlsSecrets = new TlsSecrets(watches);
        var events = new TransitionEvents(client, settings, clock);
        mxRecords = OperatorBeans.mxRecords(dns, triggers, clock);
        var shared = new AttachedReconciler.Shared(caches, triggers, board, new StatusWriter(events), clock);
        reconcilers = List.of(
                new MailGatewayReconciler(client, settings, shared, new Gatherer(caches, tlsSecrets, watches), new Publisher(board, triggers),
                        new GatewayMetrics(meters, board)),
                new ListenerReconciler(shared),
                new MailFlowPolicyReconciler(shared),
                new DestinationControlReconciler(shared),
                new CertificateReconciler(client, tlsSecrets, watches, events, shared, new VerifiableLook(caches, tlsSecrets, triggers, mxRecords, roots),
                        new CertificateMetrics(meters)));
    }

    /** Registers every reconciler; the operator must not have started. */
    public void registerWith(Operator operator) {
        reconcilers.forEach(reconciler -> register(operator, reconciler));
    }

    public PlanBoard board() {
        return board;
    }

    @Override
    public void close() {
        watches.stop();
        mxRecords.close();
    }

    private <P extends HasMetadata> void register(Operator operator, Reconciler<P> reconciler) {
        operator.register(reconciler, configuration -> {
            if (!settings.namespaces().isEmpty()) {
                configuration.settingNamespaces(settings.namespaces());
            }
        });
    }
}
