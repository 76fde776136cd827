package dev.postern.operator.gateway;

import dev.postern.operator.gateway.Gatherer.Gathered;
import dev.postern.pki.Chains;
import dev.postern.plan.CompiledPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceSet.KeyPairPem;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A compiled plan and what it holds for, so that a gateway is not compiled anew because a pod became ready.
 *
 * @param versions of what it was compiled from
 * @param until    when a certificate begins or ceases to be valid; until then time changes nothing
 * @param parts    null where there is no plan
 */
record Compilation(List<String> versions, Instant until, CompiledPlan compiled, PlanParts parts) {

    static Compilation of(Gathered gathered, CompiledPlan compiled, Instant now) {
        PlanParts parts = compiled.plan() == null ? null : PlanParts.split(compiled.plan(), 0);
        return new Compilation(gathered.versions(), until(gathered.resources().keyPairs().values(), now), compiled, parts);
    }

    /** @param revision of the plan in force */
    boolean holds(Gathered gathered, String revision, Instant now) {
        return now.isBefore(until) && parts != null && parts.index().revision().equals(revision) && versions.equals(gathered.versions());
    }

    private static Instant until(Collection<KeyPairPem> keyPairs, Instant now) {
        return keyPairs.stream().flatMap(Compilation::boundaries).filter(now::isBefore).min(Instant::compareTo).orElse(Instant.MAX);
    }

    private static Stream<Instant> boundaries(KeyPairPem pem) {
        if (pem.chain() == null) {
            return Stream.empty();
        }
        try {
            X509Certificate leaf = Chains.parse(pem.chain()).getFirst();
            // A certificate is still valid in the very second that it ends.
            return Stream.of(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant().plusSeconds(1));
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }
}
