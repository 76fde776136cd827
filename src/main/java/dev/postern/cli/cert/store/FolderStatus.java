package dev.postern.cli.cert.store;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.api.MailGateway;
import dev.postern.cli.standalone.CertificateMaker;
import dev.postern.cli.standalone.FolderPlans;
import dev.postern.manifest.Manifests;
import dev.postern.operator.certificate.CertificateConditions;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Reasons;
import dev.postern.operator.status.Summary;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.issue.Issuance;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The status that the Certificates of a folder would have in a cluster, from the manifests and from what the standalone gateway keeps. */
final class FolderStatus {
    private final Manifests manifests;
    private final DataFolder data;
    private final Instant now;
    private final Map<String, FolderPlans> plans = new HashMap<>();
    private final Map<String, List<String>> complaints = new HashMap<>();

    FolderStatus(Manifests manifests, DataFolder data, Instant now) {
        this.manifests = manifests;
        this.data = data;
        this.now = now;
    }

    /** @param pair what is kept of it, or null */
    CertificateStatus of(Certificate certificate, KeyPairPem pair) {
        String namespace = certificate.getMetadata().getNamespace();
        String gateway = certificate.getSpec().gatewayRef.name;
        Optional<MailGateway> found = manifests.gateways().stream()
                .filter(g -> g.getMetadata().getName().equals(gateway) && g.getMetadata().getNamespace().equals(namespace)).findFirst();
        CertificateStatus status = new CertificateStatus();
        status.observedGeneration = certificate.getMetadata().getGeneration();
        var set = new ConditionSet(List.of(), status.observedGeneration, () -> now);
        List<Problem> problems = List.of();
        if (found.isEmpty()) {
            Summary.gatewayMissing(set, gateway);
        } else {
            problems = compiled(gateway).map(CompiledPlan::problems).orElse(List.of()).stream().filter(p -> p.resource().id().equals(ResourceRef.of(certificate).id())).toList();
            Summary.of(set, problems, programming(certificate, gateway, problems), List.of());
        }
        Optional<X509Certificate> leaf = leaf(pair);
        if (found.isPresent() && made(certificate)) {
            made(certificate, found.get(), leaf, status, set);
        }
        status.signingRequest = data.readRequest(certificate.getMetadata().getName(), "tls.csr");
        if (leaf.isPresent()) {
            CertificateConditions.put(status, set, certificate.getSpec(), pair.secretName(), leaf.get(), problems, now);
        }
        status.conditions = new ArrayList<>(set.build());
        return status;
    }

    private static boolean made(Certificate certificate) {
        return certificate.getSpec().source.selfSigned != null || certificate.getSpec().source.demo != null;
    }

    /** What is said of certificates that the gateway makes: when it makes the next, or that it would do so now if it ran. */
    private void made(Certificate certificate, MailGateway gateway, Optional<X509Certificate> leaf, CertificateStatus status, ConditionSet set) {
        String name = certificate.getMetadata().getName();
        try {
            Issuance.Request request = Issuance.request(certificate, gateway.getSpec().hostname);
            leaf.ifPresent(l -> status.renewalTime = Issuance.renewal(request, l).toString());
            Issuance.due(request, data.read(name, "request"), data.read(name, "tls.crt"), data.read(name, "tls.key"), now)
                    .ifPresent(why -> set.put(ConditionTypes.RECONCILING, true, Reasons.PENDING, "postern run makes it anew when it next looks: " + why));
        } catch (IllegalArgumentException e) {
            status.renewalTime = null;   // what it asks for cannot be made, as its conditions say
        }
    }

    private Programming programming(Certificate certificate, String gateway, List<Problem> problems) {
        Optional<CompiledPlan> compiled = compiled(gateway);
        if (compiled.isEmpty()) {
            return Programming.blocked(Reasons.NO_PLAN, "the manifests cannot be run: " + String.join("; ", complaints.get(gateway)));
        }
        if (problems.stream().anyMatch(p -> p.severity() != Problem.Severity.WARNING)) {
            return Programming.blocked(Reasons.LEFT_OUT, "left out of the plan because of its errors");
        }
        boolean used = compiled.get().plan() != null && compiled.get().plan().certificates().stream().anyMatch(c -> c.name().equals(certificate.getMetadata().getName()));
        return used ? new Programming(true, false, Reasons.PROGRAMMED, "in the plan of this folder")
                : Programming.blocked(Reasons.UNUSED, "nothing refers to it, so that there is nothing to program");
    }

    private Optional<CompiledPlan> compiled(String gateway) {
        return plans.computeIfAbsent(gateway, name -> {
            CertificateMaker kept = (certificate, hostname, at) -> kept(certificate.getMetadata().getName());
            var made = new FolderPlans(name, kept, Map.of(), problem -> false);
            complaints.put(name, made.compile(manifests, now).complaints());
            return made;
        }).compiled();
    }

    private KeyPairPem kept(String name) {
        String chain = data.read(name, "tls.crt");
        return chain == null ? null : new KeyPairPem(data.folder(name).toString(), chain, data.read(name, "tls.key"));
    }

    /** The certificate of the key; the first where none is its. */
    private static Optional<X509Certificate> leaf(KeyPairPem pair) {
        if (pair == null || pair.chain() == null) {
            return Optional.empty();
        }
        try {
            List<X509Certificate> chain = Chains.parse(pair.chain());
            var key = pair.key() == null ? null : KeyPairs.parse(pair.key()).getPublic();
            return Optional.of(chain.stream().filter(c -> key != null && KeyPairs.same(c.getPublicKey(), key)).findFirst().orElse(chain.getFirst()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();   // the plan's problems say it
        }
    }
}
