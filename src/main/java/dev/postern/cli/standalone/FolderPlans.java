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
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ResourceSet;
import dev.postern.plan.TicketKeyring;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Makes plans of manifests, one after the other: each knows the last one, as the operator's do. Used by one thread at a time. */
public final class FolderPlans {
    private final String gatewayName;
    private final CertificateMaker certificates;
    private final Map<String, String> extraBundles;
    private final Generations generations = new Generations();
    private final KeyPairReader reader = new KeyPairReader(SystemRoots.load());
    private final Predicate<Problem> tolerated;
    private final Tickets tickets;
    private CompiledPlan last;
    private PlanParts parts;

    /**
     * @param gatewayName  the MailGateway to serve, or null where the folder has one only
     * @param certificates makes or finds the certificates that are made here
     * @param extraBundles trust bundles that no manifest has, by bundle ID
     * @param tickets      keeps session ticket keys, or has none
     * @param tolerated    problems that are worth a note only
     */
    public FolderPlans(String gatewayName, CertificateMaker certificates, Map<String, String> extraBundles, Tickets tickets, Predicate<Problem> tolerated) {
        this.tickets = tickets;
        this.tolerated = tolerated;
        this.gatewayName = gatewayName;
        this.certificates = certificates;
        this.extraBundles = Map.copyOf(extraBundles);
    }

    /** Where session ticket keys come from. */
    @FunctionalInterface
    public interface Tickets {
        /** Makes none: for a plan that nobody serves. */
        Tickets NONE = now -> Optional.empty();

        /**
         * The keys at a time.
         *
         * @throws IOException where they cannot be kept
         */
        Optional<TicketKeyring> at(Instant now) throws IOException;
    }

    /**
     * What became of manifests.
     *
     * @param written    the plan, or empty where they are refused whole
     * @param complaints one line each: file, line, field, what was wrong and what is allowed
     * @param notes      as complaints, of what is in force all the same
     * @param again      when to compile again though nothing changed, as a certificate is to be renewed then; empty: no need
     */
    public record Result(Optional<Written> written, List<String> complaints, List<String> notes, Optional<Instant> again) {
        private static Result refused(List<String> complaints) {
            return new Result(Optional.empty(), complaints, List.of(), Optional.empty());
        }
    }

    /** Compiles manifests. A folder with any manifest that does not parse is refused whole; what is wrong beyond that concerns one resource each. */
    public Result compile(Manifests manifests, Instant now) {
        List<String> complaints = new ArrayList<>();
        manifests.errors().stream().map(ManifestError::toString).forEach(complaints::add);
        Optional<MailGateway> gateway = complaints.isEmpty() ? gateway(manifests, complaints) : Optional.empty();
        if (manifests.errors().isEmpty() || !manifests.gateways().isEmpty()) {   // else the gateway may be one of those that cannot be read
            complaints.addAll(Attachment.strays(manifests));
        }
        if (!complaints.isEmpty() || gateway.isEmpty()) {
            return Result.refused(complaints);
        }
        generations.apply(manifests);
        List<String> notes = new ArrayList<>();
        Map<String, KeyPairPem> pairs = new HashMap<>();
        Optional<TicketKeyring> keyring = keyring(now, complaints);
        Optional<Instant> again = Stream.of(provide(manifests, gateway.get(), now, pairs, complaints, notes), keyring.map(TicketKeyring::due))
                .flatMap(Optional::stream).min(Instant::compareTo);
        String namespace = gateway.get().getMetadata().getNamespace();
        ResourceSet resources = new ResourceSet(gateway.get(), in(namespace, manifests.listeners()), in(namespace, manifests.policies()),
                in(namespace, manifests.destinations()), in(namespace, manifests.certificates()), pairs, bundles(manifests),
                keyring.map(TicketKeyring::keys).orElse(List.of()), new FolderSecrets(manifests).all(namespace));
        CompiledPlan compiled = PlanCompiler.compile(resources, last == null ? null : last.plan(), last == null ? Map.of() : last.keys(), reader, now);
        for (Problem problem : compiled.problems()) {
            boolean note = problem.severity() == Problem.Severity.WARNING || tolerated.test(problem);
            (note ? notes : complaints).add(line(manifests, problem));
        }
        if (compiled.plan() == null) {
            return new Result(Optional.empty(), complaints, notes, again);
        }
        last = compiled;
        PlanParts next = PlanParts.split(compiled.plan(), parts == null ? 1 : parts.index().serial());
        if (parts != null && !parts.index().revision().equals(next.index().revision())) {
            next = PlanParts.split(compiled.plan(), parts.index().serial() + 1);
        }
        parts = next;
        return new Result(Optional.of(new Written(next, compiled.keys())), complaints, notes, again);
    }

    /** What was last compiled, with the problems of each resource; empty where nothing was. */
    public Optional<CompiledPlan> compiled() {
        return Optional.ofNullable(last);
    }

    private Optional<TicketKeyring> keyring(Instant now, List<String> complaints) {
        try {
            return tickets.at(now);
        } catch (IOException e) {
            complaints.add("session ticket keys cannot be kept, and sessions are resumed in this process alone: " + e);
            return Optional.empty();
        }
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

    /** Fills {@code pairs} by Certificate name; returns when the first of them is to be looked at again. */
    private Optional<Instant> provide(Manifests manifests, MailGateway gateway, Instant now, Map<String, KeyPairPem> pairs, List<String> complaints, List<String> notes) {
        var secrets = new FolderSecrets(manifests);
        List<Instant> again = new ArrayList<>();
        for (Certificate certificate : in(gateway.getMetadata().getNamespace(), manifests.certificates())) {
            String name = certificate.getMetadata().getName();
            try {
                var provided = certificates.provide(certificate, gateway.getSpec().hostname, secrets, now);
                provided.pair().ifPresent(pair -> pairs.put(name, pair));
                provided.complaints().forEach(complaint -> complaints.add("Certificate/" + name + " " + complaint));
                provided.notes().forEach(note -> notes.add("Certificate/" + name + ": " + note));
                provided.again().ifPresent(again::add);
            } catch (IOException | IllegalArgumentException e) {
                complaints.add("Certificate/" + name + " " + e.getMessage());
            }
        }
        return again.stream().min(Instant::compareTo);
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
