package dev.postern.cli.standalone;

import dev.postern.api.Certificate;
import dev.postern.api.MailGateway;
import dev.postern.gateway.config.PlanSource.Written;
import dev.postern.manifest.ManifestError;
import dev.postern.manifest.Manifests;
import dev.postern.pki.path.SystemRoots;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.KeyPairReader;
import dev.postern.plan.PlanCompiler;
import dev.postern.plan.PlanParts;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceSet;
import dev.postern.plan.ResourceSet.KeyPairPem;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Makes plans of manifests, one after the other: each knows the last one, as the operator's do. Used by one thread at a time. */
public final class FolderPlans {
    private final String gatewayName;
    private final CertificateMaker certificates;
    private final Map<String, String> extraBundles;
    private final Generations generations = new Generations();
    private final KeyPairReader reader = new KeyPairReader(SystemRoots.load());
    private final Predicate<Problem> tolerated;
    private CompiledPlan last;
    private PlanParts parts;

    /**
     * @param gatewayName  the MailGateway to serve, or null where the folder has one only
     * @param certificates makes or finds the certificates that are made here
     * @param extraBundles trust bundles that no manifest has, by bundle ID
     * @param tolerated    problems that are worth a note only
     */
    public FolderPlans(String gatewayName, CertificateMaker certificates, Map<String, String> extraBundles, Predicate<Problem> tolerated) {
        this.tolerated = tolerated;
        this.gatewayName = gatewayName;
        this.certificates = certificates;
        this.extraBundles = Map.copyOf(extraBundles);
    }

    /**
     * What became of manifests.
     *
     * @param written    the plan, or empty where they are refused whole
     * @param complaints one line each: file, line, field, what was wrong and what is allowed
     * @param notes      as complaints, of what is in force all the same
     */
    public record Result(Optional<Written> written, List<String> complaints, List<String> notes) {
    }

    /** Compiles manifests. A folder with any manifest that does not parse is refused whole; what is wrong beyond that concerns one resource each. */
    public Result compile(Manifests manifests, Instant now) {
        List<String> complaints = new ArrayList<>();
        manifests.errors().stream().map(ManifestError::toString).forEach(complaints::add);
        Optional<MailGateway> gateway = complaints.isEmpty() ? gateway(manifests, complaints) : Optional.empty();
        complaints.addAll(Attachment.strays(manifests));
        if (!complaints.isEmpty()) {
            return new Result(Optional.empty(), complaints, List.of());
        }
        if (gateway.isEmpty()) {
            return new Result(Optional.empty(), complaints, List.of());
        }
        generations.apply(manifests);
        Map<String, KeyPairPem> pairs = new HashMap<>(secrets(manifests));
        make(certificates, manifests, gateway.get(), now, pairs, complaints);
        String namespace = gateway.get().getMetadata().getNamespace();
        ResourceSet resources = new ResourceSet(gateway.get(), in(namespace, manifests.listeners()), in(namespace, manifests.policies()),
                in(namespace, manifests.destinations()), in(namespace, manifests.certificates()), pairs, bundles(manifests));
        CompiledPlan compiled = PlanCompiler.compile(resources, last == null ? null : last.plan(), last == null ? Map.of() : last.keys(), reader, now);
        List<String> notes = new ArrayList<>();
        for (Problem problem : compiled.problems()) {
            boolean note = problem.severity() == Problem.Severity.WARNING || tolerated.test(problem);
            (note ? notes : complaints).add(line(manifests, problem));
        }
        if (compiled.plan() == null) {
            return new Result(Optional.empty(), complaints, notes);
        }
        last = compiled;
        PlanParts next = PlanParts.split(compiled.plan(), parts == null ? 1 : parts.index().serial());
        if (parts != null && !parts.index().revision().equals(next.index().revision())) {
            next = PlanParts.split(compiled.plan(), parts.index().serial() + 1);
        }
        parts = next;
        return new Result(Optional.of(new Written(next, compiled.keys())), complaints, notes);
    }

    /** What was last compiled, with the problems of each resource; empty where nothing was. */
    public Optional<CompiledPlan> compiled() {
        return Optional.ofNullable(last);
    }

    private Optional<MailGateway> gateway(Manifests manifests, List<String> complaints) {
        List<MailGateway> all = manifests.gateways();
        List<String> names = all.stream().map(g -> g.getMetadata().getName()).toList();
        Optional<MailGateway> found = all.stream().filter(g -> gatewayName == null || g.getMetadata().getName().equals(gatewayName)).findFirst();
        if (found.isEmpty()) {
            complaints.add(gatewayName == null ? "no manifest has kind MailGateway; there must be one"
                    : "no MailGateway is named " + gatewayName + "; there are " + names);
        } else if (gatewayName == null && all.size() > 1) {
            complaints.add("there are several MailGateways, " + names + "; --gateway chooses one");
            return Optional.empty();
        }
        return found;
    }

    private static <T extends HasMetadata> List<T> in(String namespace, List<T> resources) {
        return resources.stream().filter(r -> namespace.equals(r.getMetadata().getNamespace())).toList();
    }

    private static void make(CertificateMaker maker, Manifests manifests, MailGateway gateway, Instant now, Map<String, KeyPairPem> pairs,
            List<String> complaints) {
        for (Certificate certificate : LocalCertificates.made(manifests.certificates())) {
            String name = certificate.getMetadata().getName();
            try {
                pairs.put(name, maker.provide(certificate, gateway.getSpec().hostname, now));
            } catch (IOException | IllegalArgumentException e) {
                complaints.add("Certificate " + name + " cannot be made: " + e.getMessage());
            }
        }
    }

    private static Map<String, KeyPairPem> secrets(Manifests manifests) {
        Map<String, Secret> secrets = new HashMap<>();
        manifests.secrets().forEach(s -> secrets.put(s.getMetadata().getName(), s));
        Map<String, KeyPairPem> pairs = new HashMap<>();
        for (Certificate certificate : manifests.certificates()) {
            var source = certificate.getSpec().source;
            if (source.secretRef != null && secrets.containsKey(source.secretRef.name)) {
                Map<String, String> data = secrets.get(source.secretRef.name).getData();
                pairs.put(certificate.getMetadata().getName(), new KeyPairPem(source.secretRef.name, text(data, "tls.crt"), text(data, "tls.key")));
            }
        }
        return pairs;
    }

    private static String text(Map<String, String> data, String key) {
        String value = data == null ? null : data.get(key);
        return value == null ? null : new String(Base64.getMimeDecoder().decode(value), StandardCharsets.ISO_8859_1);
    }

    private Map<String, String> bundles(Manifests manifests) {
        Map<String, String> bundles = new HashMap<>(extraBundles);
        for (ConfigMap map : manifests.configMaps()) {
            if (map.getData() != null) {
                map.getData().forEach((key, value) -> bundles.put(map.getMetadata().getName() + "/" + key, value));
            }
        }
        return bundles;
    }

    private static String line(Manifests manifests, Problem problem) {
        String place = manifests.locate(problem.resource(), problem.field()).map(l -> l + ": ").orElse("");
        return place + problem.resource().id() + " " + problem.field() + ": " + problem.message();
    }
}
