package dev.postern.operator.certificate.verify;

import dev.postern.api.ConditionTypes;
import dev.postern.operator.certificate.status.Origin;
import dev.postern.operator.status.ConditionSet;
import dev.postern.operator.status.Reasons;
import dev.postern.pki.Chains;
import dev.postern.pki.HostNames;
import dev.postern.pki.Names;
import dev.postern.pki.Purposes;
import dev.postern.plan.Problem;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.security.auth.x500.X500Principal;

/**
 * Whether a sender that verifies will be content: it connects to a name of the recipient domain's MX record and wants that name
 * in a certificate of an authority that it knows (RFC 6125, RFC 7817). Pure but for what it is given to ask.
 */
final class Verifiability {

    /**
     * A certificate as it is.
     *
     * @param leaf     null where there is none yet
     * @param stranger the authority, where it is not a known one; else null
     * @param problems that the plan found
     * @param forClients whether it is used as a client certificate
     */
    record Facts(Origin origin, X509Certificate leaf, X500Principal stranger, List<Problem> problems, List<ServedName> served, boolean forClients) {
        Facts {
            problems = List.copyOf(problems);
            served = List.copyOf(served);
        }
    }

    /** What the condition says. */
    record Finding(String status, String reason, String message) {
        static Finding no(String reason, String message) {
            return new Finding(ConditionSet.FALSE, reason, message);
        }

        static Finding unknown(String reason, String message) {
            return new Finding(ConditionSet.UNKNOWN, reason, message);
        }
    }

    private Verifiability() {
    }

    /**
     * Puts the condition Verifiable; none for one that is shown to servers alone. What was said before stays while an answer is
     * awaited: an operator that starts must not take back what is so, and say it again.
     *
     * @param mx what is known of a domain
     */
    static void put(ConditionSet set, Facts facts, Function<String, MxAnswer> mx, Instant now) {
        find(facts, mx, now).ifPresent(finding -> {
            if (!finding.reason().equals(Reasons.LOOKUP_PENDING) || !set.keep(ConditionTypes.VERIFIABLE)) {
                set.put(ConditionTypes.VERIFIABLE, finding.status(), finding.reason(), finding.message());
            }
        });
    }

    static Optional<Finding> find(Facts facts, Function<String, MxAnswer> mx, Instant now) {
        if (facts.served().isEmpty() && facts.forClients()) {
            return Optional.empty();
        }
        return Optional.of(ofCertificate(facts, now).orElseGet(() -> ofNames(facts, mx)));
    }

    /** The domains whose MX records matter, {@value NameAgreement#MAX_DOMAINS} at most. */
    static List<String> domains(Facts facts, Instant now) {
        return ofCertificate(facts, now).isPresent() ? List.of()
                : facts.served().stream().flatMap(served -> served.domains().stream()).distinct().limit(NameAgreement.MAX_DOMAINS).toList();
    }

    /** What makes names beside the point. */
    private static Optional<Finding> ofCertificate(Facts facts, Instant now) {
        X509Certificate leaf = facts.leaf();
        if (facts.origin() == Origin.DEMO) {
            return Optional.of(Finding.no(Reasons.DEMO, "a demo certificate cannot be verified by anyone who was not given it: it is for trying things out"));
        }
        if (leaf == null) {
            return Optional.of(Finding.unknown(Reasons.PENDING, "there is no certificate yet that could be looked at"));
        }
        if (facts.origin() == Origin.SELF_SIGNED || Chains.issued(leaf, leaf)) {
            return Optional.of(Finding.no(Reasons.SELF_SIGNED, "a self-signed certificate cannot be verified by anyone who was not given it"));
        }
        Instant end = leaf.getNotAfter().toInstant();
        Instant start = leaf.getNotBefore().toInstant();
        if (now.isAfter(end)) {
            return Optional.of(Finding.no(Problem.Reason.EXPIRED, "the certificate ended at " + end));
        }
        if (now.isBefore(start)) {
            return Optional.of(Finding.no(Problem.Reason.NOT_YET_VALID, "the certificate is not valid before " + start));
        }
        if (!Purposes.forServers(leaf)) {
            return Optional.of(Finding.no(Reasons.WRONG_PURPOSE, "the certificate is not for servers: its extended key usage lacks serverAuth"));
        }
        Optional<Problem> incomplete = facts.problems().stream().filter(p -> p.reason().equals(ConditionTypes.CHAIN_INCOMPLETE)).findFirst();
        if (incomplete.isPresent() && facts.stranger() != null) {   // a known root may have issued what is there all the same
            return Optional.of(Finding.no(ConditionTypes.CHAIN_INCOMPLETE, incomplete.get().message()));
        }
        return facts.served().isEmpty() ? Optional.of(Finding.unknown(Reasons.NOT_SERVED, "no Listener names it")) : Optional.empty();
    }

    private static Finding ofNames(Facts facts, Function<String, MxAnswer> mx) {
        X509Certificate leaf = facts.leaf();
        var names = new NameAgreement(name -> HostNames.matches(leaf, name), presented(leaf), mx);
        facts.served().forEach(names::add);
        String others = names.leftOut() == 0 ? "" : "; " + names.leftOut() + " more domains were not looked at";
        if (names.pending() != null) {
            return Finding.unknown(Reasons.LOOKUP_PENDING, "the MX records of " + names.pending() + " are being looked up");
        }
        if (!names.differences().isEmpty()) {
            String authority = facts.stranger() == null ? "" : "; and authority '" + facts.stranger().getName() + "' is not one that mail servers know";
            return Finding.no(names.differences().getFirst().reason(), NameAgreement.list(names.differences().stream().map(NameAgreement.Difference::message).toList(), "; ") + authority + others);
        }
        if (facts.stranger() != null) {
            return Finding.no(Reasons.UNKNOWN_ISSUER, "authority '" + facts.stranger().getName()
                    + "' is not one that mail servers know; those that were given its root can verify" + others);
        }
        if (names.failed() != null) {
            return Finding.unknown(Reasons.LOOKUP_FAILED, "the MX records of " + names.failed() + others);
        }
        if (names.unasked()) {
            return Finding.unknown(Reasons.LOOKUPS_OFF, "the operator looks no MX records up, so that only the certificate and the listeners were compared");
        }
        if (names.agreements().isEmpty()) {
            return Finding.unknown(Reasons.NOT_SERVED, "no MX record and no listener's host name leads to it: other certificates of its listeners have those names");
        }
        return new Finding(ConditionSet.TRUE, Reasons.VERIFIABLE, NameAgreement.list(names.agreements(), "; ") + others);
    }

    private static String presented(X509Certificate leaf) {
        List<String> names = Names.dnsNames(leaf);
        return names.isEmpty() ? Names.commonName(leaf).orElse("no name") : NameAgreement.list(names, ", ");
    }
}
