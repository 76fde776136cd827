package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.Dns.DnsException.Kind;
import dev.postern.dns.Dns;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.config.PlanHolder;
import dev.postern.gateway.mtasts.StsAnswer;
import dev.postern.gateway.mtasts.StsPolicies;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.TlsFailures;
import dev.postern.gateway.report.TlsResult;
import dev.postern.gateway.report.TlsResults;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.tls.ClientContexts;
import dev.postern.gateway.tls.MessageTls;
import dev.postern.gateway.tls.TestCertificates;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.CertificatePlan;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import dev.postern.testing.NoDns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A delivery with a spool in memory, and DNS and a plan that the test sets; everything else is real. */
final class Rig implements AutoCloseable {
    static final NioEventLoopGroup GROUP = new NioEventLoopGroup(2);
    static final ResourceRef CONTROL = new ResourceRef("DestinationControl", "mail", "partner", "uid-1", 3);

    final MemorySpool spool = new MemorySpool();
    final PlanHolder plans = new PlanHolder();
    final List<MailEvent> log = new CopyOnWriteArrayList<>();
    final List<TlsFailures.Failure> alerts = new CopyOnWriteArrayList<>();
    final List<TlsResult> results = new CopyOnWriteArrayList<>();
    /** What domains publish of MTA-STS. */
    Function<String, CompletionStage<StsAnswer>> sts = StsPolicies.NONE::find;
    /** Whom else it tells. */
    volatile TlsFailures alsoFailures = failure -> { };
    volatile TlsResults alsoResults = result -> { };
    /** Of the plan. */
    Settings.Alerts alertSettings = Settings.Alerts.EVENTS;
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final Map<String, List<Dns.Mx>> mx = new ConcurrentHashMap<>();
    final Map<String, List<InetAddress>> hosts = new ConcurrentHashMap<>();
    final Map<String, Kind> failures = new ConcurrentHashMap<>();
    /** Domains whose MX records DNSSEC proves. */
    final Set<String> signed = ConcurrentHashMap.newKeySet();
    final Delivery delivery;
    Settings settings = settings(3600, 3600, 345_600);
    Map<String, String> bundles = Map.of();
    List<CertificatePlan> certificates = List.of();
    Map<String, String> keys = Map.of();
    /** What the gateway shows. */
    String certificate;
    private final ClientContexts contexts = new ClientContexts();

    Rig() {
        this(new DeliveryOptions(50, 100, Duration.ofMillis(200), Timeouts.all(Duration.ofSeconds(10))));
    }

    Rig(DeliveryOptions options) {
        this(options, null);
    }

    /** @param dns null: what the test sets */
    Rig(DeliveryOptions options, Dns dns) {
        this(options, dns, InstantSource.system());
    }

    Rig(DeliveryOptions options, Dns dns, InstantSource clock) {
        delivery = new Delivery(plans, spool, dns == null ? new FakeDns() : dns, domain -> sts.apply(domain), log::add, this::failed, this::result, metrics, clock, GROUP, options);
        spool.onCommitted(delivery::enqueue);
    }

    private void failed(TlsFailures.Failure failure) {
        alerts.add(failure);
        alsoFailures.report(failure);
    }

    private void result(TlsResult result) {
        results.add(result);
        alsoResults.result(result);
    }

    static Settings settings(long initial, long max, long maxAge) {
        return new Settings("gateway.test", new DestinationPlan.Retry(initial, max, maxAge), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, null, List.of());
    }

    static DestinationPlan destination(String domain, TlsMode mode, DestinationPlan.Host... route) {
        return DestinationPlan.of(CONTROL, List.of(domain), false, DestinationPlan.Tls.of(mode, Identity.Hosted, null), null, DestinationPlan.Limits.of(20, 100), List.of(route), null);
    }

    static DestinationPlan.Host host(String name, int port) {
        return new DestinationPlan.Host(name, port, 0);
    }

    /** A plan with these certificates, by name. */
    void certificates(Map<String, TestCertificates.Pair> pairs) {
        certificates = pairs.entrySet().stream().map(e -> new CertificatePlan(new ResourceRef("Certificate", "mail", e.getKey(), "", 1),
                e.getValue().chainPem(), Fingerprints.sha256(e.getValue().certificate()))).toList();
        keys = pairs.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().keyPem()));
    }

    void plan(DestinationPlan... destinations) {
        Settings settings = new Settings(this.settings.hostname(), new DestinationPlan.Retry(this.settings.retry().initialSeconds(), this.settings.retry().maxSeconds(), this.settings.retry().maxAgeSeconds()), null, certificate, alertSettings, Settings.Dns.SYSTEM, false, 1000, 0, null, List.of());
        GatewayPlan plan = new GatewayPlan(new ResourceRef("MailGateway", "mail", "default", "", 1), settings, List.of(), List.of(), certificates, bundles,
                List.of(destinations).stream().map(this::onSchedule).toList());
        Map<String, TrustAnchors> trust = new java.util.HashMap<>();
        bundles.forEach((id, pem) -> trust.put(id, TrustAnchors.of(pem)));
        plans.swap(new ActivePlan(new PlanParts.Index("r", 1, Map.of()), plan, Map.of(), new DestinationTable(plan.destinations()), trust,
                contexts.build(plan, keys)));
    }

    /** The gateway's schedule is filled in, as the compiler does. */
    private DestinationPlan onSchedule(DestinationPlan p) {
        return p.retry() != DestinationPlan.Retry.STANDARD ? p
                : new DestinationPlan(p.resource(), p.destinations(), p.isDefault(), p.tls(), p.certificate(), p.limits(), settings.retry(), p.suspended(), p.route(), p.held());
    }

    Dns dns() {
        return new FakeDns();
    }

    <T extends MailEvent> List<T> logged(Class<T> type) {
        return log.stream().filter(type::isInstance).map(type::cast).toList();
    }

    long send(String sender, String... recipients) {
        return spool.add(sender, "Subject: test\r\n\r\n.hello\r\n", System.currentTimeMillis(),
                java.util.Arrays.stream(recipients).map(MemorySpool::recipient).toArray(dev.postern.gateway.spool.Envelope.Recipient[]::new));
    }

    long send(MessageTls tls, String sender, String... recipients) {
        return spool.add(new Envelope(0, System.currentTimeMillis(), sender, 0, false, false, null, null, "test",
                Arrays.stream(recipients).map(MemorySpool::recipient).toList()).with(tls), "Subject: test\r\n\r\n.hello\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws InterruptedException {
        delivery.stop(Duration.ZERO);
        spool.close();
    }

    private final class FakeDns extends NoDns {
        @Override
        public CompletionStage<List<Mx>> mx(String domain) {
            return failures.containsKey(domain) ? CompletableFuture.failedFuture(new DnsException(failures.get(domain), "no MX of " + domain))
                    : CompletableFuture.completedFuture(mx.getOrDefault(domain, List.of(new Mx(0, domain))));
        }

        @Override
        public CompletionStage<SecureMx> secureMx(String domain) {
            return mx(domain).thenApply(found -> new SecureMx(found, signed.contains(domain)));
        }

        @Override
        public CompletionStage<List<InetAddress>> addresses(String host) {
            if (host.matches("[0-9.]+")) {
                return CompletableFuture.completedFuture(List.of(address(host)));
            }
            return hosts.containsKey(host) ? CompletableFuture.completedFuture(hosts.get(host))
                    : CompletableFuture.failedFuture(new DnsException(failures.getOrDefault(host, Kind.NOT_FOUND), host + " has no address"));
        }
    }

    static InetAddress address(String ip) {
        try {
            return InetAddress.getByName(ip);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
