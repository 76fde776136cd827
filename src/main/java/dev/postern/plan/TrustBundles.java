package dev.postern.plan;

import dev.postern.api.TrustBundleRef;
import dev.postern.pki.Chains;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Bundles of authorities that resources name: each is read once, and only those that the plan uses go into it. */
final class TrustBundles {
    private final Map<String, String> given;
    private final Previous previous;
    private final Map<String, Outcome> read = new HashMap<>();

    TrustBundles(Map<String, String> given, Previous previous) {
        this.given = given;
        this.previous = previous;
    }

    static String id(TrustBundleRef ref) {
        return ref.name + "/" + ref.key;
    }

    /** The bundle's ID; null, which stands for the system's authorities, where {@code ref} is null or after a problem. */
    String resolve(TrustBundleRef ref, String field, Problems.Scope scope) {
        if (ref == null) {
            return null;
        }
        if (ref.name == null) {
            scope.invalid(field + ".name", "is required: the name of a ConfigMap");
            return null;
        }
        String id = id(ref);
        String pem = given.get(id);
        if (pem == null) {
            scope.unresolved(field, Problem.Reason.TRUST_BUNDLE_NOT_FOUND, "there is no ConfigMap '" + ref.name + "' with the key '" + ref.key + "'");
            return null;
        }
        Outcome outcome = read.computeIfAbsent(id, i -> Outcome.of(pem));
        if (outcome.wrong != null) {
            scope.unresolved(field, Problem.Reason.INVALID_TRUST_BUNDLE, "key '" + ref.key + "' of ConfigMap '" + ref.name + "' is no bundle of authorities: " + outcome.wrong);
            return null;
        }
        return id;
    }

    /** The PEM of the bundles in use: as they are now, or, for what is kept in an earlier form, as they last were good. */
    Map<String, String> contents(Iterable<String> ids) {
        Map<String, String> contents = new TreeMap<>();
        for (String id : ids) {
            current(id).or(() -> previous.trustBundle(id)).ifPresent(pem -> contents.put(id, pem));
        }
        return contents;
    }

    private Optional<String> current(String id) {
        String pem = given.get(id);
        return pem == null ? Optional.empty() : Optional.ofNullable(read.computeIfAbsent(id, i -> Outcome.of(pem)).pem);
    }

    /** Either the certificates alone, or what is wrong. */
    private record Outcome(String pem, String wrong) {
        static Outcome of(String pem) {
            try {
                return new Outcome(Chains.toPem(Chains.parse(pem)), null);
            } catch (IllegalArgumentException e) {
                return new Outcome(null, e.getMessage());
            }
        }
    }
}
