package dev.postern.cli;

import dev.postern.cli.role.GatewayRole;
import dev.postern.cli.role.QuarkusRole;
import dev.postern.cli.role.Role;
import dev.postern.gateway.Gateway;
import dev.postern.gateway.config.DeliveriesReporter;
import dev.postern.gateway.config.GatewayClient;
import dev.postern.gateway.config.KubernetesPlanSource;
import dev.postern.gateway.config.MountedPlanSource;
import dev.postern.gateway.config.PlanSource;
import dev.postern.gateway.config.ServingReporter;
import dev.postern.gateway.report.KubernetesEventSink;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent;
import dev.postern.plan.PlanNames;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A pod of a MailGateway. */
@Command(name = "gateway", mixinStandardHelpOptions = true,
        description = "Serves the plan of a MailGateway. The operator's pods run this; the environment tells them who they are.")
final class GatewayCommand implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(25);
    private static final Duration RESYNC = Duration.ofMinutes(1);

    @Option(names = "--gateway", required = true, paramLabel = "NAME", defaultValue = "${env:POSTERN_GATEWAY}",
            description = "The MailGateway. Environment: POSTERN_GATEWAY")
    String name;
    @Option(names = "--namespace", required = true, paramLabel = "NAME", defaultValue = "${env:POD_NAMESPACE}",
            description = "Its namespace. Environment: POD_NAMESPACE")
    String namespace;
    @Option(names = "--pod", required = true, paramLabel = "NAME", defaultValue = "${env:POD_NAME}", description = "This pod. Environment: POD_NAME")
    String pod;
    @Option(names = "--pod-uid", required = true, paramLabel = "UID", defaultValue = "${env:POD_UID}", description = "Its UID. Environment: POD_UID")
    String podUid;
    @Option(names = "--spool", paramLabel = "FOLDER", defaultValue = PlanNames.SPOOL_FOLDER, description = "The spool; MTA-STS policies are kept in its folder mta-sts. Default: ${DEFAULT-VALUE}")
    Path spool;
    @Option(names = "--spool-keys", paramLabel = "FOLDER",
            description = "Keys that the mail in the spool is encrypted with, one a file of 32 bytes as base64 or hex; the file 'current' names the one that writes. Without it mail is written in clear.")
    Path spoolKeys;
    @Option(names = "--plan-folder", paramLabel = "FOLDER", defaultValue = PlanNames.PLAN_FOLDER,
            description = "The mounted plan, for a start without the API server. Default: ${DEFAULT-VALUE}")
    Path planFolder;
    @Option(names = "--keys-folder", paramLabel = "FOLDER", defaultValue = PlanNames.KEYS_FOLDER,
            description = "The mounted keys of that plan. Default: ${DEFAULT-VALUE}")
    Path keysFolder;
    @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "0.0.0.0", description = "Address of all listeners. Default: ${DEFAULT-VALUE}")
    InetAddress bind;
    @Mixin
    HttpOptions http;

    @Override
    public Integer call() {
        return QuarkusRole.run(this::start, http.host, http.port);
    }

    private Role.Running start(Role.Runtime runtime) {
        KubernetesClient client = GatewayClient.create(Config.autoConfigure(null));
        GatewayRole role;
        try {
            role = new GatewayRole(new Gateway.Options(spool, spool.resolve("mta-sts"), bind, GRACE, pod, spoolKeys), log -> new KubernetesEventSink(client, pod), runtime.meters());
        } catch (Role.StartException e) {
            client.close();
            throw e;
        }
        Gateway gateway = role.gateway();
        PlanSource mounted = new MountedPlanSource(planFolder, keysFolder, why -> role.log().log(new MailEvent.Notice(Level.Info, why)));
        PlanSource api = new KubernetesPlanSource(client, namespace, name, index -> gateway.plan() != null && gateway.plan().index().equals(index),
                why -> gateway.intake().refuse("unknown", 0, why), role.log(), runtime.meters());
        ServingReporter reporter = new ServingReporter(client, namespace, name, pod, () -> gateway.report(podUid), RESYNC, runtime.meters());
        DeliveriesReporter deliveries = new DeliveriesReporter(client, namespace, name, pod, podUid, gateway.outcomes(), DeliveriesReporter.Pace.STANDARD, runtime.meters());
        gateway.subscribe(reporter::changed);
        mounted.start(gateway.intake()::acceptCopy);
        api.start(gateway.intake()::accept);
        reporter.start();
        deliveries.start();
        return new Role.Running() {
            @Override
            public Optional<String> notReady() {
                return role.notReady();
            }

            @Override
            public void close() {
                closeQuietly(api);
                closeQuietly(reporter);
                closeQuietly(deliveries);
                role.close();
                client.close();
            }
        };
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            System.err.println("postern: while stopping: " + e);
        }
    }
}
