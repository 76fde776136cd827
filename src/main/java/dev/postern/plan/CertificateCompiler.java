package dev.postern.plan;

import dev.postern.api.Certificate;
import dev.postern.api.CertificateSpec;
import dev.postern.api.CertificateSpec.Source;
import dev.postern.api.ConditionTypes;
import dev.postern.api.Durations;
import dev.postern.pki.Chains;
import dev.postern.pki.issue.Subjects;
import dev.postern.plan.KeyPairReader.Reading;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** From a Certificate and what its Secret holds to what listeners serve. */
final class CertificateCompiler {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Map<String, KeyPairPem> keyPairs;
    private final Previous previous;
    private final Instant now;
    private final Problems problems;
    private final KeyPairReader reader;
    private Instant until = Instant.MAX;

    CertificateCompiler(Map<String, KeyPairPem> keyPairs, KeyPairReader reader, Previous previous, Instant now, Problems problems) {
        this.keyPairs = keyPairs;
        this.reader = reader;
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
                scope.unresolved(source, Problem.Reason.CERTIFICATE_NOT_READY, pending(spec.source));
            }
            return Optional.empty();
        }
        return served(pem, source, scope).map(served -> {
            warnOfSource(spec.source, source, scope);
            return served;
        });
    }

    private static String pending(Source source) {
        if (source.signingRequest != null) {
            return "the certificate has not been signed yet";
        }
        return source.pkcs12 != null ? "the file has not been taken over yet" : "the certificate is being made";
    }

    private Optional<ServedCertificate> served(KeyPairPem pem, String source, Problems.Scope scope) {
        Reading reading = reader.read(pem, now);
        changes(reading.until());
        reading.faults().forEach((file, why) -> scope.unresolved(source, Problem.Reason.INVALID_CERTIFICATE, file + " of Secret '" + pem.secretName() + "': " + why));
        for (var finding : reading.findings()) {
            String message = "Secret '" + pem.secretName() + "': " + finding.message();
            switch (finding.kind()) {
                case UNSUPPORTED_KEY -> scope.unresolved(source, Problem.Reason.INVALID_CERTIFICATE, message);
                case KEY_MISMATCH -> scope.unresolved(source, Problem.Reason.KEY_MISMATCH, message);
                case EXPIRED -> outOfTime(source, Problem.Reason.EXPIRED, message, scope);
                case NOT_YET_VALID -> outOfTime(source, Problem.Reason.NOT_YET_VALID, message, scope);
                // Those who do not verify can still encrypt.
                case INCOMPLETE -> scope.warning(source, ConditionTypes.CHAIN_INCOMPLETE, message + "; until then most peers cannot verify it");
                case EXPIRING_INTERMEDIATE -> scope.warning(source, ConditionTypes.CHAIN_EXPIRING, message);
                case UNRELATED -> scope.warning(source, ConditionTypes.CHAIN_UNRELATED, message);
                case AMBIGUOUS -> scope.warning(source, ConditionTypes.CHAIN_AMBIGUOUS, message);
                case OUT_OF_ORDER -> scope.warning(source, ConditionTypes.CHAIN_OUT_OF_ORDER, message);
                case DUPLICATES -> scope.warning(source, ConditionTypes.CHAIN_DUPLICATES, message);
            }
        }
        if (scope.bad()) {
            return Optional.empty();
        }
        return Optional.of(new ServedCertificate(new CertificatePlan(scope.resource(), reading.chainPem(), reading.fingerprint()), reading.key()));
    }

    /** Opportunistic TLS does not look at dates: an expired certificate still encrypts, and is better than none; but not than the last good one. */
    private void outOfTime(String source, String reason, String message, Problems.Scope scope) {
        if (previous.certificate(scope.resource().name()).filter(this::inTime).isPresent()) {
            scope.unresolved(source, reason, message + "; the one before it goes on being served");
        } else {
            scope.warning(source, reason, message + "; it is served all the same, since to stop TLS would be worse");
        }
    }

    private boolean inTime(ServedCertificate served) {
        X509Certificate leaf = Chains.parse(served.plan().chainPem()).getFirst();
        boolean inTime = !now.isBefore(leaf.getNotBefore().toInstant()) && now.isBefore(KeyPairReader.ended(leaf));
        if (inTime) {
            changes(KeyPairReader.ended(leaf));
        }
        return inTime;
    }

    /** When time alone will change what was compiled so far; {@link Instant#MAX} for never. */
    Instant until() {
        return until;
    }

    private void changes(Instant at) {
        until = at.isBefore(until) ? at : until;
    }

    /** The field that says where the certificate comes from. */
    private static String source(CertificateSpec spec, Problems.Scope scope) {
        Source source = spec.source == null ? new Source() : spec.source;
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("selfSigned", source.selfSigned);
        all.put("signingRequest", source.signingRequest);
        all.put("pkcs12", source.pkcs12);
        all.put("secretRef", source.secretRef);
        all.put("demo", source.demo);
        List<String> given = all.keySet().stream().filter(name -> all.get(name) != null).toList();
        if (given.size() != 1) {
            scope.invalid("spec.source", (given.isEmpty() ? "names no source" : "names several sources: " + String.join(", ", given))
                    + "; needed is exactly one of selfSigned, signingRequest, pkcs12, secretRef and demo");
            return "spec.source";
        }
        String field = "spec.source." + given.getFirst();
        if (source.secretRef != null) {
            required(source.secretRef.name, field + ".name", "the name of a kubernetes.io/tls Secret", scope);
            return field + ".name";
        }
        if (source.pkcs12 != null) {
            required(source.pkcs12.secretRef == null ? null : source.pkcs12.secretRef.name, field + ".secretRef.name", "the Secret with the PKCS#12 file", scope);
            required(source.pkcs12.passwordSecretRef == null ? null : source.pkcs12.passwordSecretRef.name, field + ".passwordSecretRef.name", "the Secret with its password", scope);
        }
        if (source.signingRequest != null) {
            var request = source.signingRequest;
            long signers = Stream.of(request.signedCertificate, request.signerName, request.issuerRef).filter(Objects::nonNull).count();
            if (signers > 1) {
                scope.invalid(field, "names several signers; needed is at most one of signedCertificate, signerName and issuerRef");
            }
        }
        return field;
    }

    private static void required(String name, String field, String what, Problems.Scope scope) {
        new Fields(scope).required(name, field, what);
    }

    private static void checkContents(CertificateSpec spec, Problems.Scope scope) {
        var fields = new Fields(scope);
        for (int i = 0; i < spec.dnsNames.size(); i++) {
            fields.read("spec.dnsNames[" + i + "]", spec.dnsNames.get(i), Subjects::dnsName);
        }
        boolean named = spec.source != null && (spec.source.selfSigned != null || spec.source.signingRequest != null);
        if (named && spec.dnsNames.isEmpty() && spec.subject.commonName == null) {
            scope.invalid("spec.dnsNames", "is empty; a " + (spec.source.selfSigned != null ? "self-signed certificate" : "signing request")
                    + " needs at least one DNS name, or spec.subject.commonName");
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
