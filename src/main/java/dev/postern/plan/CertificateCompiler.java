package dev.postern.plan;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateSpec.Source;
import dev.postern.api.Durations;
import dev.postern.pki.Chains;
import dev.postern.pki.Fingerprints;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.issue.Subjects;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From a Certificate and what its Secret holds to what listeners serve. */
final class CertificateCompiler {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Map<String, KeyPairPem> keyPairs;
    private final Previous previous;
    private final Instant now;
    private final Problems problems;

    CertificateCompiler(Map<String, KeyPairPem> keyPairs, Previous previous, Instant now, Problems problems) {
        this.keyPairs = keyPairs;
        this.previous = previous;
        this.now = now;
        this.problems = problems;
    }

    /** Empty where the certificate is unusable as it stands. */
    Optional<ServedCertificate> compile(Certificate certificate) {
        var scope = problems.of(ResourceRef.of(certificate));
        CertificateSpec spec = Specs.normal(certificate.getSpec(), CertificateSpec.class, scope);
        String source = source(spec, scope);
        checkContents(spec, scope);
        if (scope.bad()) {
            return Optional.empty();
        }
        KeyPairPem pem = keyPairs.get(scope.resource().name());
        if (pem == null) {
            if (spec.source.secretRef != null) {
                scope.unresolved(source, Problem.Reason.SECRET_NOT_FOUND, "there is no Secret '" + spec.source.secretRef.name + "'");
            } else {
                scope.unresolved(source, Problem.Reason.CERTIFICATE_NOT_READY, "the certificate is being made");
            }
            return Optional.empty();
        }
        return served(pem, source, scope).map(served -> {
            warnOfSource(spec.source, source, scope);
            return served;
        });
    }

    private Optional<ServedCertificate> served(KeyPairPem pem, String source, Problems.Scope scope) {
        List<X509Certificate> chain = null;
        java.security.KeyPair key = null;
        try {
            chain = Chains.parse(present(pem.chain(), "tls.crt"));
        } catch (IllegalArgumentException e) {
            scope.unresolved(source, Problem.Reason.INVALID_CERTIFICATE, "tls.crt of Secret '" + pem.secretName() + "': " + e.getMessage());
        }
        try {
            key = KeyPairs.parse(present(pem.key(), "tls.key"));
        } catch (IllegalArgumentException e) {
            scope.unresolved(source, Problem.Reason.INVALID_CERTIFICATE, "tls.key of Secret '" + pem.secretName() + "': " + e.getMessage());
        }
        if (chain == null || key == null) {
            return Optional.empty();
        }
        boolean othersInForce = previous.certificate(scope.resource().name()).filter(this::inTime).isPresent();
        for (var finding : Chains.check(chain, key.getPublic(), now)) {
            String message = "Secret '" + pem.secretName() + "': " + finding.message();
            switch (finding.kind()) {
                case UNSUPPORTED_KEY, LEAF_NOT_FIRST -> scope.unresolved(source, Problem.Reason.INVALID_CERTIFICATE, message);
                case KEY_MISMATCH -> scope.unresolved(source, Problem.Reason.KEY_MISMATCH, message);
                case EXPIRED -> outOfTime(source, Problem.Reason.EXPIRED, message, othersInForce, scope);
                case NOT_YET_VALID -> outOfTime(source, Problem.Reason.NOT_YET_VALID, message, othersInForce, scope);
                // Those who do not verify can still encrypt.
                case BROKEN_CHAIN -> scope.warning(source, Problem.Reason.NOT_VERIFIABLE, message + "; until then nobody can verify it");
            }
        }
        if (scope.bad()) {
            return Optional.empty();
        }
        var plan = new CertificatePlan(scope.resource(), Chains.toPem(chain), Fingerprints.sha256(chain.getFirst()));
        return Optional.of(new ServedCertificate(plan, KeyPairs.toPem(key.getPrivate())));
    }

    /** Opportunistic TLS does not look at dates: an expired certificate still encrypts, and is better than none; but not than the last good one. */
    private static void outOfTime(String source, String reason, String message, boolean othersInForce, Problems.Scope scope) {
        if (othersInForce) {
            scope.unresolved(source, reason, message + "; the one before it goes on being served");
        } else {
            scope.warning(source, reason, message + "; it is served all the same, since to stop TLS would be worse");
        }
    }

    private boolean inTime(ServedCertificate served) {
        X509Certificate leaf = Chains.parse(served.plan().chainPem()).getFirst();
        return !now.isBefore(leaf.getNotBefore().toInstant()) && !now.isAfter(leaf.getNotAfter().toInstant());
    }

    private static String present(String pem, String key) {
        if (pem == null || pem.isBlank()) {
            throw new IllegalArgumentException("is " + (pem == null ? "absent" : "empty") + "; needed are tls.crt and tls.key, as in Secrets of type kubernetes.io/tls");
        }
        return pem;
    }

    /** The field that says where the certificate comes from. */
    private static String source(CertificateSpec spec, Problems.Scope scope) {
        List<String> given = new ArrayList<>();
        if (spec.source != null && spec.source.selfSigned != null) {
            given.add("selfSigned");
        }
        if (spec.source != null && spec.source.secretRef != null) {
            given.add("secretRef");
        }
        if (spec.source != null && spec.source.demo != null) {
            given.add("demo");
        }
        if (given.size() != 1) {
            scope.invalid("spec.source", (given.isEmpty() ? "names no source" : "names several sources: " + String.join(", ", given))
                    + "; needed is exactly one of selfSigned, secretRef and demo");
            return "spec.source";
        }
        if (spec.source.secretRef != null) {
            if (spec.source.secretRef.name == null) {
                scope.invalid("spec.source.secretRef.name", "is required: the name of a kubernetes.io/tls Secret");
            }
            return "spec.source.secretRef.name";
        }
        return "spec.source." + given.getFirst();
    }

    private static void checkContents(CertificateSpec spec, Problems.Scope scope) {
        var fields = new Fields(scope);
        for (int i = 0; i < spec.dnsNames.size(); i++) {
            fields.read("spec.dnsNames[" + i + "]", spec.dnsNames.get(i), Subjects::dnsName);
        }
        if (spec.source != null && spec.source.selfSigned != null && spec.dnsNames.isEmpty() && spec.subject.commonName == null) {
            scope.invalid("spec.dnsNames", "is empty; a self-signed certificate needs at least one DNS name, or spec.subject.commonName");
        }
        Optional<Duration> duration = fields.duration(spec.duration, "spec.duration", SHORTEST, LONGEST);
        if (spec.renewBefore != null) {
            var renewBefore = fields.duration(spec.renewBefore, "spec.renewBefore", SECOND, LONGEST);
            if (duration.isPresent() && renewBefore.isPresent() && renewBefore.get().compareTo(duration.get()) >= 0) {
                scope.invalid("spec.renewBefore", "'" + Durations.format(renewBefore.get()) + "' is not shorter than spec.duration, '" + Durations.format(duration.get())
                        + "'; it would be renewed for ever");
            }
        }
    }

    private static void warnOfSource(Source source, String field, Problems.Scope scope) {
        if (source.demo != null) {
            scope.warning(field, Problem.Reason.NOT_VERIFIABLE, "nobody can verify a demo certificate: it is for trying things out; use a certificate of an authority before real mail comes");
        } else if (source.selfSigned != null) {
            scope.warning(field, Problem.Reason.NOT_VERIFIABLE, "nobody can verify a self-signed certificate who was not given it; senders that require verified TLS will not send");
        }
    }
}
