package dev.postern.plan;

import dev.postern.api.Api;
import dev.postern.api.Certificate;
import dev.postern.api.GatewayRef;
import dev.postern.api.Listener;
import dev.postern.api.MailFlowPolicy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compiles what a gateway obeys. Pure: the same input gives the same plan, in whatever order the resources come.
 *
 * <p>A bad resource never takes others down: it keeps its last good form, with whatever that needs, or is left out. Only what
 * is used goes into the plan. Where two resources want the same port, domain or the place of the default, the older
 * has it.
 */
public final class PlanCompiler {
    private final ResourceSet resources;
    private final Previous previous;
    private final KeyPairReader reader;
    private final Instant now;
    private final Problems problems = new Problems();
    private final Set<String> stale = new TreeSet<>();
    private Instant until = Instant.MAX;

    private PlanCompiler(ResourceSet resources, Previous previous, KeyPairReader reader, Instant now) {
        this.resources = resources;
        this.reader = reader;
        this.previous = previous;
        this.now = now;
    }

    /**
     * @param resources    one gateway and what attaches to it; what names another gateway is passed over
     * @param previous     the plan in force, where last good forms come from; or null
     * @param previousKeys private keys in PEM by certificate name, of {@code previous}
     * @param reader       reads key pairs; one that has read these before makes it fast
     * @param now          decides which certificates are valid
     * @return a plan, and what was wrong; of a plan that was compiled again from the same resources the parts are equal
     */
    public static CompiledPlan compile(ResourceSet resources, GatewayPlan previous, Map<String, String> previousKeys, KeyPairReader reader, Instant now) {
        return new PlanCompiler(resources, new Previous(previous, previousKeys), reader, now).compile();
    }

    private CompiledPlan compile() {
        var bundles = new TrustBundles(resources.trustBundles(), previous);
        var certificates = certificates();
        var shown = new ClientCertificates(certificates);
        Optional<Settings> fresh = new SettingsCompiler(bundles, shown, TicketKeys.digests(resources.ticketKeys()), problems).compile(resources.gateway());
        Optional<Settings> settings = fresh.or(() -> previous.plan().map(GatewayPlan::settings).filter(s -> shown.isThere(s.certificate()))
                .map(s -> s.with(TicketKeys.digests(resources.ticketKeys()))));

        var users = new UserSecrets(resources.users(), previous);
        String hostname = settings.map(Settings::hostname).orElse("");
        List<Listener> attached = attached(resources.listeners(), l -> l.getSpec() == null ? null : l.getSpec().gatewayRef);
        var policies = policies(bundles, attached, catalog -> new ListenerCompiler(hostname, catalog, certificates, users, previous, problems));
        var listeners = new ListenerCompiler(hostname, policies, certificates, users, previous, problems);
        attached.forEach(listeners::add);
        var destinations = new DestinationCompiler(bundles, shown, settings, previous, problems);
        attached(resources.destinations(), d -> d.getSpec() == null ? null : d.getSpec().gatewayRef).forEach(destinations::add);
        if (settings.isEmpty()) {
            return new CompiledPlan(null, Map.of(), problems.sorted(), List.of(), until);
        }

        stale.addAll(listeners.stale());
        stale.addAll(destinations.stale());
        Map<String, PolicyPlan> usedPolicies = used(policies, listeners.plans().stream().flatMap(l -> l.hostAccess().stream()).map(ListenerPlan.SenderGroup::policy).toList());
        Map<String, ServedCertificate> usedCertificates = used(certificates, certificateNames(settings.get(), listeners.plans(), destinations.plans()));
        ResourceRef gateway = ResourceRef.of(resources.gateway());
        if (fresh.isEmpty()) {
            stale.add(gateway.id());
            gateway = previous.plan().orElseThrow().gateway();
        }
        Set<String> usedBundles = new LinkedHashSet<>();
        Optional.ofNullable(settings.get().trustBundle()).ifPresent(usedBundles::add);
        usedPolicies.values().stream().map(p -> p.tls().clientTrustBundle()).filter(b -> b != null).forEach(usedBundles::add);
        destinations.plans().stream().map(DestinationPlan::trustBundle).filter(b -> b != null).forEach(usedBundles::add);

        var plan = new GatewayPlan(gateway, settings.get(), sorted(listeners.plans(), ListenerPlan::name), List.copyOf(usedPolicies.values()),
                usedCertificates.values().stream().map(ServedCertificate::plan).toList(), bundles.contents(usedBundles),
                sorted(destinations.plans(), DestinationPlan::name));
        Map<String, String> keys = usedCertificates.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, c -> c.getValue().key()));
        keys.putAll(TicketKeys.named(resources.ticketKeys()));
        keys.putAll(users.named(listeners.plans().stream().map(l -> l.authentication() == null ? null : l.authentication().digest()).filter(d -> d != null).toList()));
        return new CompiledPlan(plan, keys, problems.sorted(), List.copyOf(stale), until);
    }

    private Catalog<PolicyPlan> policies(TrustBundles bundles, List<Listener> listeners, Function<Catalog<PolicyPlan>, ListenerCompiler> compilers) {
        var compiler = new PolicyCompiler(bundles, problems);
        List<MailFlowPolicy> attached = attached(resources.policies(), PlanCompiler::gatewayRef);
        List<PolicyPlan> valid = attached.stream().map(compiler::compile).flatMap(Optional::stream).toList();
        Set<String> names = names(attached);
        Map<String, String> elsewhere = elsewhere(resources.policies(), PlanCompiler::gatewayRef);
        Function<Map<String, PolicyPlan>, Catalog<PolicyPlan>> catalog = good -> new Catalog<>("MailFlowPolicy", names, elsewhere, good, previous::policy);
        Map<String, PolicyPlan> harmless = new RelayGuard(listeners, previous::policy).pass(valid, problems);
        return catalog.apply(new PolicyGuard(listeners, previous::policy, catalog.andThen(compilers)).pass(harmless, problems));
    }

    private Catalog<ServedCertificate> certificates() {
        var compiler = new CertificateCompiler(resources.keyPairs(), reader, previous, now, problems);
        Map<String, ServedCertificate> good = new HashMap<>();
        List<Certificate> attached = attached(resources.certificates(), PlanCompiler::gatewayRef);
        attached.forEach(c -> compiler.compile(c).ifPresent(served -> good.put(served.plan().name(), served)));
        until = compiler.until();
        return new Catalog<>("Certificate", names(attached), elsewhere(resources.certificates(), PlanCompiler::gatewayRef), good, previous::certificate);
    }

    private static List<String> certificateNames(Settings settings, List<ListenerPlan> listeners, List<DestinationPlan> destinations) {
        return Stream.of(listeners.stream().flatMap(l -> l.certificates().stream()), Stream.of(settings.certificate(), settings.tlsReporting() == null ? null : settings.tlsReporting().dkimCertificate()),
                destinations.stream().map(DestinationPlan::certificate)).flatMap(names -> names).filter(n -> n != null).toList();
    }

    /** What is named, by name; notes what of it is in an earlier form. */
    private <T> Map<String, T> used(Catalog<T> catalog, List<String> names) {
        Map<String, T> used = new TreeMap<>();
        for (String name : names) {
            catalog.find(name).ifPresent(found -> used.put(name, found));
            if (!catalog.good().containsKey(name)) {
                stale.add(catalog.id(name));
            }
        }
        return used;
    }

    /** Those of this gateway, the oldest first. */
    private <T extends HasMetadata> List<T> attached(List<T> all, Function<T, GatewayRef> ref) {
        String gateway = resources.gateway().getMetadata().getName();
        return all.stream().filter(r -> gateway.equals(name(ref.apply(r)))).sorted(Age.oldestFirst(previous::inForce)).toList();
    }

    private <T extends HasMetadata> Map<String, String> elsewhere(List<T> all, Function<T, GatewayRef> ref) {
        Map<String, String> gateways = new HashMap<>();
        all.forEach(r -> gateways.put(r.getMetadata().getName(), name(ref.apply(r))));
        return gateways;
    }

    private static GatewayRef gatewayRef(MailFlowPolicy policy) {
        return policy.getSpec() == null ? null : policy.getSpec().gatewayRef;
    }

    private static GatewayRef gatewayRef(Certificate certificate) {
        return certificate.getSpec() == null ? null : certificate.getSpec().gatewayRef;
    }

    private static String name(GatewayRef ref) {
        return ref == null || ref.name == null ? Api.DEFAULT_GATEWAY : ref.name;
    }

    private static Set<String> names(List<? extends HasMetadata> all) {
        return all.stream().map(r -> r.getMetadata().getName()).collect(Collectors.toSet());
    }

    private static <T> List<T> sorted(List<T> list, Function<T, String> name) {
        return list.stream().sorted(Comparator.comparing(name)).toList();
    }
}
