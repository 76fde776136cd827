package dev.postern.cli.tls;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.cli.standalone.FolderPlans;
import dev.postern.cli.standalone.KeptCertificates;
import dev.postern.cli.standalone.UnkeptCertificates;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.GatewayClient;
import dev.postern.gateway.config.MountedPlanSource;
import dev.postern.gateway.config.PlanSource;
import dev.postern.gateway.config.WrittenPlan;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.manifest.ManifestReader;
import dev.postern.manifest.Manifests;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanNames;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the plan by which a domain's mail would travel: a pod's own, a cluster's, a folder's, or one made up on the command line. */
final class Plans {
    private static final String GIVEN_BUNDLE = "given";
    private static final ResourceRef GIVEN = new ResourceRef("DestinationControl", "", "given", "", 0);

    private final PlanOptions options;
    private final InstantSource clock;

    Plans(PlanOptions options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
    }

    /**
     * A plan for one domain.
     *
     * @param from where it was found, for a person
     */
    record Found(ActivePlan plan, String from) {
    }

    /** @param domain lower-case A-labels */
    Found find(String domain) throws InterruptedException {
        options.check();
        if (options.folder != null) {
            return adapted(ofFolder(), domain, "folder " + options.folder);
        }
        if (!options.named() && options.mode != null) {
            return adapted(new PlanSource.Written(PlanParts.split(bare(), 1), Map.of()), domain, "the command line");
        }
        if (!options.cluster.given() && Files.exists(Path.of(PlanNames.PLAN_FOLDER, PlanNames.INDEX_KEY))) {
            return ofPod(domain);
        }
        return ofCluster(domain);
    }

    private PlanSource.Written ofFolder() {
        if (!Files.isDirectory(options.folder)) {
            throw new ToolException("there is no folder " + options.folder);
        }
        Manifests manifests = new ManifestReader("default").read(options.folder);
        var maker = options.data == null ? new UnkeptCertificates() : new KeptCertificates(options.data);
        var result = new FolderPlans(options.gateway, maker, Map.of(), FolderPlans.Tickets.NONE, problem -> true).compile(manifests, clock.instant());
        PlanSource.Written written = result.written()
                .orElseThrow(() -> new ToolException("the manifests in " + options.folder + " make no plan: " + String.join("; ", result.complaints())));
        return options.data == null ? new PlanSource.Written(written.parts(), given(manifests, written.keys())) : written;
    }

    /** Keys of certificates that the folder itself has: what was made just now would be news to every server. */
    private static Map<String, String> given(Manifests manifests, Map<String, String> keys) {
        Map<String, String> given = new HashMap<>(keys);
        manifests.certificates().stream().filter(c -> c.getSpec().source.secretRef == null && c.getSpec().source.pkcs12 == null)
                .forEach(c -> given.remove(c.getMetadata().getName()));
        return given;
    }

    /** What the operator wrote last, as the pod itself reads it; the mounted copy, which lags behind, only where the API server is away. */
    private Found ofPod(String domain) throws InterruptedException {
        String gateway = System.getenv("POSTERN_GATEWAY");
        String namespace = System.getenv("POD_NAMESPACE");
        if (gateway != null && namespace != null) {
            try (KubernetesClient client = GatewayClient.create(Config.autoConfigure(null))) {
                Optional<PlanSource.Written> written = WrittenPlan.read(client, namespace, gateway);
                if (written.isPresent()) {
                    return adapted(written.get(), domain, "this pod");
                }
            } catch (KubernetesClientException e) {
                return adapted(mounted(), domain, "this pod's mounted copy, which may be a minute old, as the API server does not answer: " + e.getMessage());
            }
        }
        return adapted(mounted(), domain, "this pod's mounted copy, which may be a minute old");
    }

    private static PlanSource.Written mounted() {
        List<PlanSource.Written> found = new ArrayList<>();
        List<String> troubles = new ArrayList<>();
        new MountedPlanSource(Path.of(PlanNames.PLAN_FOLDER), Path.of(PlanNames.KEYS_FOLDER), troubles::add).start(found::add);
        if (found.isEmpty()) {
            throw new ToolException(String.join("; ", troubles));
        }
        return found.getFirst();
    }

    private Found ofCluster(String domain) throws InterruptedException {
        Config config = options.cluster.config();
        String namespace = config.getNamespace();
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
            String gateway = options.gateway == null ? only(WrittenPlan.gateways(client, namespace), namespace) : options.gateway;
            PlanSource.Written written = WrittenPlan.read(client, namespace, gateway)
                    .orElseThrow(() -> new ToolException("MailGateway '" + gateway + "' in namespace " + namespace + " has no plan"));
            return adapted(written, domain, "MailGateway " + gateway + " in namespace " + namespace);
        } catch (KubernetesClientException e) {
            throw new ToolException("the cluster cannot be asked: " + e.getMessage() + ". --folder reads manifests instead; --mode MODE alone needs neither");
        }
    }

    private static String only(List<String> gateways, String namespace) {
        if (gateways.size() != 1) {
            throw new ToolException(gateways.isEmpty() ? "no MailGateway in namespace " + namespace + " has a plan; -n names another namespace, and --mode MODE alone needs none"
                    : "there are several MailGateways in namespace " + namespace + ", " + gateways + "; --gateway chooses one");
        }
        return gateways.getFirst();
    }

    private Found adapted(PlanSource.Written written, String domain, String from) {
        try {
            GatewayPlan plan = adapted(written.parts().join().towards(domain, written.keys().keySet()), domain);
            return new Found(ActivePlan.forDelivery(plan, written.keys(), TrustAnchors.system()), from);
        } catch (IllegalArgumentException e) {
            throw new ToolException("the plan of " + from + " cannot be used: " + e.getMessage());
        }
    }

    /** With what the command line wants otherwise. */
    private GatewayPlan adapted(GatewayPlan plan, String domain) {
        Settings settings = plan.settings();
        Settings.Dns dns = new Settings.Dns(options.dns.isEmpty() ? settings.dns().servers() : options.dns,
                options.dnssec == null ? settings.dns().dnssec() : options.dnssec, options.trustAnchors.isEmpty() ? settings.dns().trustAnchors() : options.trustAnchors);
        Map<String, String> bundles = new HashMap<>(plan.trustBundles());
        if (options.trust != null) {
            bundles.put(GIVEN_BUNDLE, given());
        }
        List<DestinationPlan> destinations = changesDestination() ? List.of(changed(plan, domain)) : plan.destinations();
        return new GatewayPlan(plan.gateway(), settings.asking(options.hostname == null ? settings.hostname() : options.hostname, dns), List.of(), List.of(),
                plan.certificates(), bundles, destinations);
    }

    private boolean changesDestination() {
        return options.mode != null || options.identity != null || options.dane != null || options.mtaSts != null || options.trust != null || !options.route.isEmpty();
    }

    private DestinationPlan changed(GatewayPlan plan, String domain) {
        DestinationPlan base = plan.destinations().stream().findFirst().orElseGet(() -> DestinationPlan.of(GIVEN, List.of(domain), false,
                DestinationPlan.Tls.of(TlsMode.Preferred, Identity.Hosted, null), plan.settings().certificate(), DestinationPlan.Limits.of(1, 1), List.of(), null));
        DestinationPlan.Tls tls = base.tls();
        var changed = new DestinationPlan.Tls(or(options.mode, tls.mode()), or(options.identity, tls.identity()), options.trust == null ? tls.trustBundle() : GIVEN_BUNDLE,
                tls.pins(), or(options.dane, tls.dane()), or(options.mtaSts, tls.mtaSts()));
        return DestinationPlan.of(base.resource(), List.of(domain), false, changed, base.certificate(), DestinationPlan.Limits.of(1, 1),
                options.route.isEmpty() ? base.route() : RouteText.parse(options.route), options.trust == null ? base.held() : null);
    }

    private static <T> T or(T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    private String given() {
        try {
            return Files.readString(options.trust);
        } catch (IOException e) {
            throw new ToolException(options.trust + " cannot be read: " + e.getMessage());
        }
    }

    /** No plan at all: what the gateway does for domains that nobody names. */
    private static GatewayPlan bare() {
        Settings settings = new Settings(machine(), new DestinationPlan.Retry(300, 3600, 86_400), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1, 0, null, List.of());
        return new GatewayPlan(new ResourceRef("MailGateway", "", "given", "", 0), settings, List.of(), List.of(), List.of(), Map.of(), List.of());
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
