package dev.postern.cli.cert.store;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateStatus;
import dev.postern.api.ConditionTypes;
import dev.postern.api.MailGateway;
import dev.postern.cli.standalone.CertificateFolder.Kept;
import dev.postern.cli.standalone.CertificateFolder;
import dev.postern.cli.standalone.FolderPlans;
import dev.postern.cli.standalone.KeptCertificates;
import dev.postern.manifest.Manifests;
import dev.postern.operator.certificate.status.CertificateConditions;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Programming;
import dev.postern.operator.status.Reasons;
import dev.postern.operator.status.Summary;
import dev.postern.pki.Chains;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.issue.Issuance;
import dev.postern.pki.issue.Requests.InUse;
import dev.postern.pki.issue.Requests.Pending;
import dev.postern.pki.issue.Requests;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.Problem;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The status that the Certificates of a folder would have in a cluster, from the manifests and from what the standalone gateway keeps. */
final class FolderStatus {
    private static final String ANSWER = "spec.source.signingRequest.signedCertificate";
    private final Manifests manifests;
    private final Path data;
    private final Instant now;
    private final Map<String, FolderPlans> plans = new HashMap<>();
    private final Map<String, List<String>> complaints = new HashMap<>();

    FolderStatus(Manifests manifests, Path data, Instant now) {
        this.manifests = manifests;
        this.data = data;
        this.now = now;
    }

    /** @param pair what is kept of it, or null */
    CertificateStatus of(Certificate certificate, KeyPairPem pair) throws IOException {
        String namespace = certificate.getMetadata().getNamespace();
        String gateway = certificate.getSpec().gatewayRef.name;
        Optional<MailGateway> found = manifests.gateways().stream()
                .filter(g -> g.getMetadata().getName().equals(gateway) && g.getMetadata().getNamespace().equals(namespace)).findFirst();
        CertificateStatus status = new CertificateStatus();
        status.observedGeneration = certificate.getMetadata().getGeneration();
        var set = new ConditionSet(List.of(), status.observedGeneration, () -> now);
        Optional<X509Certificate> leaf = leaf(pair);
        List<Problem> problems = List.of();
        if (found.isEmpty()) {
            Summary.gatewayMissing(set, gateway);
        } else {
            problems = problems(certificate, gateway);
            Summary.of(set, problems, programming(certificate, gateway, problems), complaints(certificate, gateway));
            try {
                made(certificate, Issuance.request(certificate, found.get().getSpec().hostname), leaf, status, set);
            } catch (IllegalArgumentException e) {
                status.renewalTime = null;   // what it asks for cannot be made, as its conditions say
            }
        }
        if (leaf.isPresent()) {
            CertificateConditions.put(status, set, certificate.getSpec(), pair.secretName(), leaf.get(), problems, now);
        }
        status.conditions = new ArrayList<>(set.build());
        return status;
    }

    /** What is said of certificates that the gateway makes or requests: when it does so next, or that it would now if it ran. */
    private void made(Certificate certificate, Issuance.Request request, Optional<X509Certificate> leaf, CertificateStatus status, ConditionSet set) throws IOException {
        var source = certificate.getSpec().source;
        var folder = new CertificateFolder(data, certificate.getMetadata().getName());
        Optional<Kept> kept = folder.pair();
        if (source.selfSigned != null || source.demo != null) {
            leaf.ifPresent(l -> status.renewalTime = Issuance.renewal(request, l).toString());
            Issuance.due(request, kept.map(Kept::from).orElse(null), kept.map(k -> k.pair().chain()).orElse(null), kept.map(k -> k.pair().key()).orElse(null), now)
                    .ifPresent(why -> waiting(set, "it makes the certificate: " + why));
        } else if (source.signingRequest != null) {
            leaf.ifPresent(l -> status.renewalTime = Issuance.renewal(request, l).toString());
            requested(source.signingRequest.signedCertificate, request, folder.request().orElse(null), kept.map(Kept::pair).orElse(null), status, set);
        }
    }

    private void requested(String answer, Issuance.Request request, Pending pending, InUse inUse, CertificateStatus status, ConditionSet set) {
        Requests.due(request, false, pending, inUse, now).ifPresent(why -> waiting(set, "it makes a signing request: " + why));
        if (pending == null) {
            return;
        }
        status.signingRequest = pending.csr();
        Requests.Outcome outcome = answer == null ? new Requests.Unchanged() : Requests.take(request, pending, inUse, answer, now);
        switch (outcome) {
            case Requests.Refused refused -> set.put(ConditionTypes.ISSUING, true, Reasons.ANSWER_REFUSED, ANSWER + ": " + refused.message());
            case Requests.Taken taken -> waiting(set, "it takes the signed certificate into use");
            case Requests.Unchanged unchanged -> {
                if (Requests.open(pending, inUse)) {
                    set.put(ConditionTypes.ISSUING, true, Reasons.AWAITING_SIGNATURE, "have the signing request signed (postern cert csr), and install the answer (postern cert sign)");
                }
            }
        }
    }

    private static void waiting(ConditionSet set, String what) {
        set.put(ConditionTypes.RECONCILING, true, Reasons.PENDING, "when postern run looks next, " + what);
    }

    private List<Problem> problems(Certificate certificate, String gateway) {
        return compiled(gateway).map(CompiledPlan::problems).orElse(List.of()).stream().filter(p -> p.resource().id().equals(ResourceRef.of(certificate).id())).toList();
    }

    /** What kept the gateway from having a pair, which the plan does not know. */
    private List<Problem> complaints(Certificate certificate, String gateway) {
        String prefix = ResourceRef.of(certificate).id() + " ";
        return complaints.get(gateway).stream().filter(c -> c.startsWith(prefix))
                .map(c -> new Problem(ResourceRef.of(certificate), "", Problem.Severity.UNRESOLVED, Problem.Reason.CERTIFICATE_NOT_READY, c.substring(prefix.length()))).toList();
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
                : Programming.blocked(Reasons.UNUSED, "nothing in force refers to it, so that there is nothing to program");
    }

    private Optional<CompiledPlan> compiled(String gateway) {
        return plans.computeIfAbsent(gateway, name -> {
            var made = new FolderPlans(name, new KeptCertificates(data), Map.of(), FolderPlans.Tickets.NONE, problem -> false);
            complaints.put(name, made.compile(manifests, now).complaints());
            return made;
        }).compiled();
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
